/** Where containers run. One engine per worker; everything here is about that engine's containers. */

export interface ContainerImage {
  readonly id: string;
  /** `name@sha256:…`; null for images that were made on this machine. */
  readonly digest: string | null;
  /** Whom its commands run as; empty for root. */
  readonly user: string;
}

export interface ContainerFile {
  /** Absolute, in the container. */
  readonly path: string;
  readonly bytes: Buffer;
  readonly mode: number;
}

/** A container as it is to be made. What is not said here it does not get: no host folders, no devices, no privileges. */
export interface ContainerOrder {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly image: string;
  /** Null: those of the image. */
  readonly entrypoint: readonly string[] | null;
  readonly command: readonly string[] | null;
  readonly env: Readonly<Record<string, string>>;
  /** Null: that of the image. */
  readonly user: string | null;
  readonly memoryBytes: number;
  /** Of one core, in percent. */
  readonly cpuPct: number;
  readonly maxProcesses: number;
  /** Of `/tmp`, which is memory. */
  readonly tmpBytes: number;
  readonly isWritable: boolean;
  readonly capabilities: readonly string[];
  /** Name of a network of the engine; null for none. */
  readonly network: string | null;
}

export interface ContainerState {
  readonly isRunning: boolean;
  readonly exitCode: number;
  readonly wasOutOfMemory: boolean;
  /** By the engine's clock; null while it has not begun, or ended. */
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
}

export interface ContainerUse {
  readonly memoryBytes: number | null;
  /** What it has written to its root file system. */
  readonly diskBytes: number | null;
}

export interface KnownContainer {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
}

export type OutputStream = 'stdout' | 'stderr';

/** The engine refused, or could not be reached. Its message is for whoever looks at the task. */
export class ContainerEngineError extends Error {
  constructor(
    message: string,
    /** Of the engine's answer; null when there was none. */
    readonly status: number | null,
  ) {
    super(message);
    this.name = 'ContainerEngineError';
  }
}

/** All methods reject with ContainerEngineError. */
export abstract class ContainerDriver {
  /** As tasks say what ran them. */
  abstract readonly backend: string;

  /** Null when it is not there. */
  abstract findImage(image: string): Promise<ContainerImage | null>;
  /** @param onProgress what the engine says of it, from time to time */
  abstract pull(image: string, signal: AbortSignal, onProgress: (status: string) => void): Promise<void>;
  /** Answers its id. */
  abstract create(order: ContainerOrder): Promise<string>;
  /** Before its start; folders on the way are made. */
  abstract putFiles(id: string, files: readonly ContainerFile[]): Promise<void>;
  /** To be called before its start. Resolves when it listens; `closed` when there is no more output. */
  abstract attach(
    id: string,
    onOutput: (stream: OutputStream, bytes: Buffer) => void,
  ): Promise<{ readonly closed: Promise<void>; readonly close: () => void }>;
  abstract start(id: string): Promise<void>;
  /** Resolves when it does not run any more. */
  abstract ended(id: string, signal: AbortSignal): Promise<void>;
  /** Null when it is gone. */
  abstract state(id: string): Promise<ContainerState | null>;
  abstract use(id: string): Promise<ContainerUse>;
  /** Asks it to end, and makes it after that time. Nothing when it has ended or is gone. */
  abstract stop(id: string, graceSeconds: number): Promise<void>;
  /** With all that belongs to it; nothing when it is gone. */
  abstract remove(id: string): Promise<void>;
  /** Also those that have ended. */
  abstract list(label: string, value: string): Promise<readonly KnownContainer[]>;
}
