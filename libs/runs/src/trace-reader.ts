/** Tables: run, trace_segment, dispatch. Reads only. */
import { NotFoundError, type EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { traceParts, type TracePart } from '@app/lang';
import { Injectable } from '@nestjs/common';
import { zstdDecompressSync } from 'node:zlib';
import { inlineSegment } from './inline-trace';
import { SEGMENTS_PER_START } from './trace-seq';

const INLINE = `
SELECT trace, retention_class FROM hot.run WHERE env_id = $1 AND run_id = $2
UNION ALL
SELECT last_meta::jsonb ->> 'trace', retention_class FROM hot.dispatch WHERE env_id = $1 AND run_id = $2
LIMIT 1`;

/** Of the last start: what an earlier one left ends in the middle of something, and its calls have the same ids. */
const SEGMENTS = `
SELECT s.data FROM hot.trace_segment s WHERE s.run_id = $1 AND s.retention_class = $2
   AND s.seq >= (SELECT max(l.seq) / ${SEGMENTS_PER_START} * ${SEGMENTS_PER_START} FROM hot.trace_segment l
                  WHERE l.run_id = $1 AND l.retention_class = $2)
 ORDER BY s.seq`;

const FORMAT_ZSTD = 2;

@Injectable()
export class TraceReader {
  constructor(private readonly db: Db) {}

  /**
   * What the runtime recorded of a run and what the run printed, in order; what a running run has sent out so far. Throws
   * NotFoundError, also for runs of other envs.
   */
  async parts(scope: EnvScope, runId: string): Promise<readonly TracePart[]> {
    const run = await this.db.queryOne<{ trace: string | null; retention_class: number }>(INLINE, [
      scope.envId,
      runId,
    ]);
    if (run === undefined) throw new NotFoundError('Run');
    if (run.trace !== null) return partsOf(inlineSegment(run.trace));
    const rows = await this.db.query<{ data: Buffer }>(SEGMENTS, [runId, run.retention_class]);
    return rows.flatMap(({ data }) => {
      const body = data.subarray(1);
      return partsOf(data[0] === FORMAT_ZSTD ? zstdDecompressSync(body) : body);
    });
  }
}

const partsOf = (segment: Buffer): readonly TracePart[] =>
  traceParts(segment, (bytes) => Buffer.from(bytes).toString('utf8'));
