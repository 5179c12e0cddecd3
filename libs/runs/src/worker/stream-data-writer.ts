/**
 * Tables: stream_data (insert), worker_lease (read).
 *
 * Keeps what runs said on their streams. Subscribers have it long before: this is for looking at later.
 */
import { GroupWriter, HotSqlPools, isRowsFault } from '@app/dispatch';
import { statement } from '@app/platform/database';
import { Injectable } from '@nestjs/common';

export interface StreamDataRow {
  readonly id: string;
  readonly retentionClass: number;
  readonly envId: string;
  readonly streamId: string;
  readonly runId: string;
  readonly seq: number;
  readonly dataType: string;
  /** JSON text. */
  readonly payload: string;
  readonly incarnation: string;
}

const INSERT = statement(
  'runs_stream_data',
  `INSERT INTO hot.stream_data (stream_data_id, retention_class, env_id, stream_id, run_id, seq, data_type, payload)
   SELECT i.id, i.retention_class, i.env_id, i.stream_id, i.run_id, i.seq, i.data_type, i.payload
   FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::uuid[], $5::uuid[], $6::int[], $7::text[], $8::text[], $9::uuid[])
     AS i(id, retention_class, env_id, stream_id, run_id, seq, data_type, payload, incarnation)
   WHERE i.incarnation IN (SELECT incarnation FROM hot.worker_lease WHERE expires_at > now())`,
);

/** Rows of one run that are kept; what comes after is delivered live only. */
export const MAX_STREAM_DATA_ROWS = 10_000;

@Injectable()
export class StreamDataWriter {
  private readonly writer: GroupWriter<StreamDataRow, void>;

  constructor(pools: HotSqlPools) {
    this.writer = new GroupWriter<StreamDataRow, void>({
      maxItems: 500,
      maxWeight: 8 * 1024 * 1024,
      maxInFlight: 1,
      weigh: (row) => row.payload.length + 200,
      isItemsFault: isRowsFault,
      write: async (rows) => {
        await pools.relaxed.rows(INSERT, [
          rows.map((row) => row.id),
          rows.map((row) => row.retentionClass),
          rows.map((row) => row.envId),
          rows.map((row) => row.streamId),
          rows.map((row) => row.runId),
          rows.map((row) => row.seq),
          rows.map((row) => row.dataType),
          rows.map((row) => row.payload),
          rows.map((row) => row.incarnation),
        ]);
        return rows.map(() => undefined);
      },
    });
  }

  write(row: StreamDataRow): Promise<void> {
    return this.writer.push(row);
  }
}
