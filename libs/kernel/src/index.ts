export { ERROR_CODES, type ErrorCode, type ErrorCodeFacts, type ErrorKind } from './error-codes';
export {
  AppError,
  BadRequestError,
  ConflictError,
  ForbiddenError,
  NotFoundError,
  NotOurRunError,
  UnauthorizedError,
  UnavailableError,
  type AppErrorOptions,
  type NotFoundThing,
} from './app-error';
export { assertNever } from './assert-never';
export { Clock, FixedClock, SystemClock } from './clock';
export { bareUuid, idFloor, idTimeMs, newId, newIdAt, parseUuid } from './ids';
export {
  DEFAULT_PAGE_LIMIT,
  MAX_PAGE_LIMIT,
  mapPage,
  pageOf,
  parsePaging,
  type Page,
  type Paging,
} from './paging';
export {
  PRINCIPAL_KINDS,
  type EnvScope,
  type OrgScope,
  type PermissionSet,
  type Principal,
  type PrincipalKind,
  type RequestPrincipal,
  type RetentionClass,
} from './scope';
