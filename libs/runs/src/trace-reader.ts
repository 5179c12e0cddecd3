/** Tables: run, trace_segment, dispatch. Reads only. */
import { NotFoundError, type EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { Injectable } from '@nestjs/common';
import { zstdDecompressSync } from 'node:zlib';

const INLINE = `
SELECT trace, retention_class FROM hot.run WHERE env_id = $1 AND run_id = $2
UNION ALL
SELECT last_meta::jsonb ->> 'trace', retention_class FROM hot.dispatch WHERE env_id = $1 AND run_id = $2
LIMIT 1`;

const SEGMENTS = `
SELECT data FROM hot.trace_segment WHERE run_id = $1 AND retention_class = $2 ORDER BY seq`;

const FORMAT_ZSTD = 2;

@Injectable()
export class TraceReader {
  constructor(private readonly db: Db) {}

  /**
   * The segments of a run's trace, as the runtime wrote them, in order; what a running run has sent out so far. Throws
   * NotFoundError, also for runs of other envs.
   */
  async segments(scope: EnvScope, runId: string): Promise<readonly string[]> {
    const run = await this.db.queryOne<{ trace: string | null; retention_class: number }>(INLINE, [
      scope.envId,
      runId,
    ]);
    if (run === undefined) throw new NotFoundError('Run');
    if (run.trace !== null) return [run.trace];
    const rows = await this.db.query<{ data: Buffer }>(SEGMENTS, [runId, run.retention_class]);
    return rows.map(({ data }) => {
      const body = data.subarray(1);
      return (data[0] === FORMAT_ZSTD ? zstdDecompressSync(body) : body).toString('utf8');
    });
  }
}
