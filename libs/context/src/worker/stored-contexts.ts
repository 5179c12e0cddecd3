/**
 * What runs may read, in memory: the usual run asks the database nothing. Remembered until a notice names its
 * environment; without notices, half a second.
 */
import { ContextRepository, ContextSecrets, type SealedVariable } from '@app/context';
import { Clock } from '@app/kernel';
import { DbNotices } from '@app/platform/database';
import { SecretUnreadableError } from '@app/platform/crypto';
import { ContextUnreadableError, RunContexts, type RunContext, type RunTarget, type Soon } from '@app/runs';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

/** Payload: the id of the environment. */
const CHANGED_CHANNEL = 'hot_context';
const MAX_PROJECTS = 1_000;
/** A belt for the braces: how long notices alone are trusted. */
const TRUST_NOTICES_MS = 30_000;
const TRUST_NOTHING_MS = 500;

interface Remembered {
  readonly envId: string;
  readonly readAtMs: number;
  readonly variables: readonly SealedVariable[];
  /** By build: builds differ in which keys they need and which they call secret. */
  readonly byBuild: Map<string, RunContext>;
}

interface Reading {
  readonly envId: string;
  readonly result: Promise<Remembered>;
  /** A notice came while it was read. */
  isOld: boolean;
}

@Injectable()
export class StoredContexts extends RunContexts implements OnModuleInit {
  private readonly projects = new LRUCache<string, Remembered>({ max: MAX_PROJECTS });
  private readonly reading = new Map<string, Reading>();

  constructor(
    private readonly rows: ContextRepository,
    private readonly secrets: ContextSecrets,
    private readonly notices: DbNotices,
    private readonly clock: Clock,
  ) {
    super();
  }

  onModuleInit(): void {
    this.notices.listen(CHANGED_CHANNEL, {
      onNotice: (envId) => this.forget(envId),
      onGap: () => this.forget(null),
    });
  }

  override contextOf(target: RunTarget): Soon<RunContext> {
    const known = this.projects.get(target.projectId);
    if (known !== undefined && this.clock.nowMs() - known.readAtMs < this.trustMs()) {
      return this.ofBuild(known, target);
    }
    return this.read(target).then((read) => this.ofBuild(read, target));
  }

  private read(target: RunTarget): Promise<Remembered> {
    const { projectId, envId } = target;
    const underWay = this.reading.get(projectId);
    if (underWay !== undefined) return underWay.result;
    const reading: Reading = { envId, isOld: false, result: this.rowsOf(target) };
    this.reading.set(projectId, reading);
    return reading.result
      .then((read) => {
        if (!reading.isOld) this.projects.set(projectId, read);
        return read;
      })
      .finally(() => {
        if (this.reading.get(projectId) === reading) this.reading.delete(projectId);
      });
  }

  private async rowsOf(target: RunTarget): Promise<Remembered> {
    // Before reading: what is committed while we read must make the next question read again.
    const readAtMs = this.clock.nowMs();
    const variables = await this.rows.forRuns(target, target.projectId);
    return { envId: target.envId, readAtMs, variables, byBuild: new Map() };
  }

  private ofBuild({ variables, byBuild }: Remembered, target: RunTarget): RunContext {
    const known = byBuild.get(target.buildId);
    if (known !== undefined) return known;
    const context = this.arrange(variables, target);
    byBuild.set(target.buildId, context);
    return context;
  }

  private arrange(variables: readonly SealedVariable[], target: RunTarget): RunContext {
    const values = new Map<string, string>();
    // The environment's first, so that those of the project take their places.
    for (const variable of [...variables].sort((a, b) => Number(a.own) - Number(b.own))) {
      values.set(variable.key, this.open(variable, target));
    }
    const { plainKeys, requiredKeys } = target.context;
    const members = [...values].map(([key, json]) => `${JSON.stringify(key)}:${json}`);
    const secretKeys = [...values.keys()].filter((key) => !plainKeys.has(key));
    return {
      json: `{"values":{${members.join(',')}},"secretKeys":${JSON.stringify(secretKeys)}}`,
      missing: requiredKeys.filter((key) => !values.has(key)),
    };
  }

  private open({ context_id: contextId, key, value }: SealedVariable, target: RunTarget): string {
    try {
      return this.secrets.openJson(target, contextId, value);
    } catch (error) {
      if (!(error instanceof SecretUnreadableError)) throw error;
      throw new ContextUnreadableError(`Context variable ${key} can not be read: ${error.message}`);
    }
  }

  private forget(envId: string | null): void {
    for (const [projectId, known] of [...this.projects.entries()]) {
      if (envId === null || known.envId === envId) this.projects.delete(projectId);
    }
    // What is being read may be old already; a question that comes now must not get it.
    for (const [projectId, reading] of this.reading) {
      if (envId !== null && reading.envId !== envId) continue;
      reading.isOld = true;
      this.reading.delete(projectId);
    }
  }

  private trustMs(): number {
    return this.notices.isLive() ? TRUST_NOTICES_MS : TRUST_NOTHING_MS;
  }
}
