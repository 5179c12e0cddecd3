/** Addresses that builds declare: taken up in the transaction that lets the build serve. */
import { DeploymentListeners, type Activation } from '@app/builds';
import { WebhookRepository, type WebhookDefinition } from '@app/webhooks';
import { Injectable, type OnModuleInit } from '@nestjs/common';

@Injectable()
export class DeclaredWebhooks implements OnModuleInit {
  constructor(
    private readonly listeners: DeploymentListeners,
    private readonly webhooks: WebhookRepository,
  ) {}

  onModuleInit(): void {
    this.listeners.onActivation((activation) => this.takeUp(activation));
  }

  /** In the surrounding transaction. */
  private async takeUp(activation: Activation): Promise<void> {
    // As the compiler made it.
    const byService = (activation.definitions['webhooks'] ?? {}) as Readonly<
      Record<string, readonly WebhookDefinition[]>
    >;
    await this.webhooks.declare(activation, Object.values(byService).flat());
  }
}
