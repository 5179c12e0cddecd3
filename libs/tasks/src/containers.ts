/** Containers, as tasks need to know them. Nobody provides them by default: then programs are told that they are off. */
export interface ContainerPolicy {
  readonly policy: 'open';
  /** Exact names. */
  readonly denied: readonly string[];
  readonly deniedPrefixes: readonly string[];
}

/** What one container may use at most. */
export interface ContainerLimits {
  readonly memoryMb: number;
  readonly cpuPct: number;
  readonly tmpMb: number;
  readonly diskMb: number;
  readonly timeoutSecs: number;
  readonly network: boolean;
}

/** Without a driver. */
export const DEFAULT_POLICY: ContainerPolicy = {
  policy: 'open',
  denied: ['docker:dind', 'docker:latest'],
  deniedPrefixes: ['docker:'],
};

/** What a container gets that says nothing of its size, as long as no plan says otherwise. */
export const DEFAULT_LIMITS: ContainerLimits = {
  memoryMb: 512,
  cpuPct: 50,
  tmpMb: 500,
  diskMb: 5_120,
  timeoutSecs: 60,
  network: false,
};
