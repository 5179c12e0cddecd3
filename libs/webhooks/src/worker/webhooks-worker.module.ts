import { BuildsModule } from '@app/builds';
import { WebhooksModule } from '@app/webhooks';
import { Module } from '@nestjs/common';
import { DeclaredWebhooks } from './declared-webhooks';

@Module({
  imports: [BuildsModule, WebhooksModule],
  providers: [DeclaredWebhooks],
  exports: [DeclaredWebhooks],
})
export class WebhooksWorkerModule {}
