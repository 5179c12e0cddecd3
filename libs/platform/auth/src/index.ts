export { Access, Public } from './access.decorators';
export { AccessRecorder, type AccessRecord } from './access-record';
export { AccessGuard } from './access.guard';
export { AuthModule } from './auth.module';
export {
  accessRecordOf,
  Admission,
  Authenticator,
  installAuthentication,
  type AuthenticationOptions,
} from './authentication';
export { BearerAuthenticator } from './bearer.authenticator';
export {
  CREDENTIAL_CHANGED_CHANNEL,
  Credentials,
  type CredentialSource,
  type StoredCredential,
} from './credentials';
export { HeldConnections, type HeldConnection } from './held-connections';
export { CurrentPrincipal } from './principal.decorator';
export { parseAuthorization, parseToken, type Token, type TokenKind } from './token';
