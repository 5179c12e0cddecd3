export {
  CurrentEnv,
  CurrentOrg,
  CurrentUser,
  ForSignedIn,
  Needs,
  Open,
  ROUTE_ACCESS,
  type RouteAccess,
} from './access.decorators';
export { AccountService, PASSWORD_LENGTH } from './account.service';
export { AppSessionGuard, CSRF_HEADER } from './app-session.guard';
export {
  CAPABILITIES,
  capabilitiesOf,
  ROLE_PERMISSIONS,
  roleFromId,
  roleMay,
  type Capability,
  type Role,
} from './capability';
export { clientFactsOf, requestOriginOf } from './fastify-request';
export { identityConfig, type IdentityConfig } from './identity.config';
export { IdentityModule } from './identity.module';
export { MembershipService } from './membership.service';
export { hashPassword, verifyPassword, type PasswordHash } from './password-hash';
export { PASSWORD } from './password.strategy';
export { isLocalRequest } from './request-origin';
export { SessionCookieWriter } from './session-cookie.writer';
export { SessionService, type ClientFacts, type SessionView } from './session.service';
export { LOCAL_USER_EMAIL, SignInFailedError, SignInService, TooManySignInsError } from './sign-in.service';
export { toPrincipal } from './user-principal';
export type { EnvMember, Membership, OrgMember, SignedIn } from './signed-in';
