export { KeysAdminModule } from './keys-admin.module';
