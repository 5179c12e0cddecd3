import { Injectable } from '@nestjs/common';
import type { BuildDefinitions } from './definitions';

/** A build that begins to serve. */
export interface Activation {
  readonly orgId: string;
  readonly envId: string;
  readonly projectId: string;
  readonly buildId: string;
  readonly definitions: BuildDefinitions;
}

/** Runs in the transaction that lets the build serve. Throws CompileError to refuse the build, with the reason. */
export type ActivationListener = (activation: Activation) => Promise<void>;

/** Where domains join in that keep something which a build declares. */
@Injectable()
export class DeploymentListeners {
  private readonly listeners: ActivationListener[] = [];

  onActivation(listener: ActivationListener): void {
    this.listeners.push(listener);
  }

  async activated(activation: Activation): Promise<void> {
    for (const listener of this.listeners) await listener(activation);
  }
}
