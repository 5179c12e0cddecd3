import { ObserveModule } from '@app/observe';
import { WebhooksModule } from '@app/webhooks';
import { Module } from '@nestjs/common';
import { WebhookQueries } from './webhook.queries';
import { WebhooksAdminController } from './webhooks.controller';

@Module({
  imports: [WebhooksModule, ObserveModule],
  controllers: [WebhooksAdminController],
  providers: [WebhookQueries],
})
export class WebhooksAdminModule {}
