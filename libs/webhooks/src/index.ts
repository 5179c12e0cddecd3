export {
  basePathOf,
  endpointIdOf,
  pathOf,
  placeOf,
  readAddress,
  tokenOf,
  withoutToken,
  type AskedAddress,
} from './webhook-address';
export { WebhookCatalogue } from './webhook-catalogue';
export {
  WebhookRepository,
  type AuthMode,
  type ServingWebhook,
  type WebhookDefinition,
} from './webhook.repository';
export { webhooksConfig, type WebhooksConfig } from './webhooks.config';
export { WebhooksModule } from './webhooks.module';
