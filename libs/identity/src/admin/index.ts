export { IdentityAdminModule } from './identity-admin.module';
export { PRODUCT_VERSION } from './product-version';
