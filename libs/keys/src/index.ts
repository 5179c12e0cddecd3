export { ApiKeyService, type ApiKeyChanges, type ApiKeyView, type CreatedApiKey } from './api-key.service';
export { KeyCredentialsModule } from './key-credentials.module';
export { KeysModule } from './keys.module';
