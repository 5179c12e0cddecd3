import { GroupWriter } from '@app/dispatch';
import type { EnvScope } from '@app/kernel';
import { RunReads, type RunView } from '@app/runs';
import { Injectable } from '@nestjs/common';

interface Wanted {
  readonly scope: EnvScope;
  readonly runId: string;
}

/** Reads runs for subscribers: whatever is asked for while one look is under way is the next look. */
@Injectable()
export class RunLoader {
  private readonly reader: GroupWriter<Wanted, RunView | null>;

  constructor(runs: RunReads) {
    this.reader = new GroupWriter<Wanted, RunView | null>({
      maxItems: 500,
      maxWeight: 500,
      maxInFlight: 2,
      weigh: () => 1,
      isItemsFault: () => false,
      write: async (wanted) => {
        const byEnv = Map.groupBy(wanted, ({ scope }) => scope.envId);
        const found = new Map<string, RunView>();
        await Promise.all(
          [...byEnv.values()].map(async (group) => {
            const [first] = group;
            if (first === undefined) return;
            const ids = [...new Set(group.map(({ runId }) => runId))];
            for (const run of await runs.getMany(first.scope, ids)) found.set(run.runId, run);
          }),
        );
        return wanted.map(({ runId }) => found.get(runId) ?? null);
      },
    });
  }

  /** Null when there is no such run in the env. */
  load(scope: EnvScope, runId: string): Promise<RunView | null> {
    return this.reader.push({ scope, runId });
  }
}
