import { SyncCallsModule } from '@app/sync-calls';
import { WebhooksModule } from '@app/webhooks';
import { Module } from '@nestjs/common';
import { WebhookCalls } from './webhook-calls';
import { WebhooksController } from './webhooks.controller';

@Module({
  imports: [WebhooksModule, SyncCallsModule],
  controllers: [WebhooksController],
  providers: [WebhookCalls],
})
export class WebhooksApiModule {}
