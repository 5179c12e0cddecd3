export { KeysApiModule } from './keys-api.module';
