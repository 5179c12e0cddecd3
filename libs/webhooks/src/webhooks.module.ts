import { Module } from '@nestjs/common';
import { WebhookCatalogue } from './webhook-catalogue';
import { WebhookRepository } from './webhook.repository';

@Module({ providers: [WebhookRepository, WebhookCatalogue], exports: [WebhookRepository, WebhookCatalogue] })
export class WebhooksModule {}
