import { Injectable } from '@nestjs/common';
import type { BuildDefinitions, InitializerDefinition } from './definitions';

/** A build that begins to serve. */
export interface Activation {
  readonly orgId: string;
  readonly envId: string;
  readonly projectId: string;
  readonly buildId: string;
  readonly definitions: BuildDefinitions;
}

/** A build that is compiled and stored; its functions can be called by its id. */
export interface Initialization extends Omit<Activation, 'definitions'> {
  readonly projectName: string;
  /** In the order in which they run. */
  readonly functions: readonly InitializerDefinition[];
  /** Names this try to load the build, whichever worker it is that tries. */
  readonly attempt: string;
}

/** Runs in the transaction that lets the build serve. Throws CompileError to refuse the build, with the reason. */
export type ActivationListener = (activation: Activation) => Promise<void>;

/**
 * Runs before the build serves. Answers false while it goes on: it is asked again in a moment, maybe in another process.
 * Throws CompileError to refuse the build, with the reason.
 */
export type Initializer = (initialization: Initialization) => Promise<boolean>;

/** Where domains join in that keep something which a build declares. */
@Injectable()
export class DeploymentListeners {
  private readonly listeners: ActivationListener[] = [];
  private initializer: Initializer | null = null;

  onActivation(listener: ActivationListener): void {
    this.listeners.push(listener);
  }

  /** There is one, as only one process part can run functions. */
  onInitialization(initializer: Initializer): void {
    if (this.initializer !== null) throw new Error('Something else runs initializers already');
    this.initializer = initializer;
  }

  async activated(activation: Activation): Promise<void> {
    for (const listener of this.listeners) await listener(activation);
  }

  /** Whether everything has been done. */
  async initialized(initialization: Initialization): Promise<boolean> {
    if (this.initializer === null) throw new Error('Nothing here runs the functions of builds');
    return this.initializer(initialization);
  }
}
