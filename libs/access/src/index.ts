export { AccessModule } from './access.module';
export { ACTIONS, actionsOfType, KNOWN_RESOURCE_TYPES, typeOfUrn, type Action } from './permission-types';
export {
  ALL_ACTIONS,
  EVERYTHING,
  findEscalation,
  isGranted,
  parsePermissions,
  problemOf,
  type Escalation,
} from './permissions';
export { redactQuery } from './redact-query';
export { requireApiKey, requirePermission, requireSubset } from './require-permission';
