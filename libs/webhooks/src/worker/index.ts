export { WebhooksWorkerModule } from './webhooks-worker.module';
