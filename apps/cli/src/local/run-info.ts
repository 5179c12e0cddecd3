/**
 * What `info()` tells a program on this machine. Names and ids are those of an environment of its own, called `local`;
 * they are the same every time, as far as what they stand for is the same.
 */
import { createHash } from 'node:crypto';
import { newId } from '@app/kernel';
import { DEFAULT_LIMITS } from '@app/lang';

export type LocalRunType = 'run' | 'eval' | 'repl' | 'test' | 'task';

export interface RunFacts {
  readonly type: LocalRunType;
  readonly runId: string;
  readonly originRunId?: string;
  readonly taskId?: string;
  readonly attempt?: number;
}

export class LocalIdentity {
  readonly runId = newId();
  /** One for all that happens in a command. */
  readonly streamId = newId();

  constructor(
    private readonly projectName: string,
    private readonly env: Readonly<Record<string, string | undefined>>,
  ) {}

  /** Calls inside each other, as the environment says. */
  get maxDepth(): number {
    const text = this.env['HOT_MAX_RECURSION_DEPTH'] ?? '';
    return /^[1-9]\d{0,6}$/.test(text) ? Number(text) : DEFAULT_LIMITS.maxDepth;
  }

  /** @param buildHash of what is run */
  infoJson(facts: RunFacts, buildHash: string): string {
    const env = this.env['HOT_ENV'] ?? 'development';
    const { attempt = 0, originRunId, taskId } = facts;
    return JSON.stringify({
      run: {
        id: facts.runId,
        type: facts.type,
        status: 'running',
        'start-time': new Date().toISOString(),
        'retry-attempt': attempt,
        'max-retries': 0,
        'retry-delay': 0,
        ...(originRunId === undefined ? {} : { 'origin-run-id': originRunId }),
      },
      stream: { id: this.streamId },
      build: { id: idOf('build', buildHash), hash: buildHash },
      project: { id: idOf('project', this.projectName), name: this.projectName },
      env: { id: idOf('env', env), name: env },
      user: { id: idOf('user', 'local') },
      org: { id: idOf('org', 'local'), slug: 'local' },
      ...(taskId === undefined ? {} : { task: { id: taskId } }),
      environment: this.env,
    });
  }
}

/** A UUID of version 8: made of a name. */
function idOf(kind: string, name: string): string {
  const hex = createHash('sha256').update(`${kind}:${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
