export { ApiKeyService, type ApiKeyChanges, type ApiKeyView, type CreatedApiKey } from './api-key.service';
export { KeyCredentialsModule } from './key-credentials.module';
export { KeysModule } from './keys.module';
export { ServiceKeyMetadata } from './service-key-metadata';
export { ServiceKeyRepository, type StaleMetadata } from './service-key.repository';
export { ServiceKeyService, type CreatedServiceKey, type ServiceKeyView } from './service-key.service';
export { ServiceKeysModule } from './service-keys.module';
export { SessionService, type CreatedSession, type SessionView } from './session.service';
export { SessionsModule } from './sessions.module';
