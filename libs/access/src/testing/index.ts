export { DERIVED_SETS, INVALID_SETS, VALID_SETS } from './permission-rows';
