export { WebhooksAdminModule } from './webhooks-admin.module';
