export { ChildPool } from '../pool/child-pool';
export { poolSettings } from '../pool/settings';
