/** Tools that builds declare: taken up in the transaction that lets the build serve. */
import { DeploymentListeners, type Activation } from '@app/builds';
import { ToolRepository, type ToolDefinition } from '@app/mcp';
import { Injectable, type OnModuleInit } from '@nestjs/common';

@Injectable()
export class DeclaredTools implements OnModuleInit {
  constructor(
    private readonly listeners: DeploymentListeners,
    private readonly tools: ToolRepository,
  ) {}

  onModuleInit(): void {
    this.listeners.onActivation((activation) => this.takeUp(activation));
  }

  /** In the surrounding transaction. */
  private async takeUp(activation: Activation): Promise<void> {
    // As the compiler made it.
    const byService = (activation.definitions['mcp_tools'] ?? {}) as Readonly<
      Record<string, readonly ToolDefinition[]>
    >;
    await this.tools.declare(activation, Object.values(byService).flat());
  }
}
