import { RUN_STATUSES, RUN_TYPES } from '@app/dispatch';
import { RawJson } from '@app/platform/http';
import { runJson, type RunView } from '@app/runs';
import { z } from 'zod';

const keys = <T extends object>(of: T) => Object.keys(of) as [string, ...string[]];

export const runResponse = z
  .object({
    run_id: z.uuid(),
    env_id: z.uuid(),
    stream_id: z.uuid(),
    build_id: z.uuid().nullable(),
    run_type: z.enum(keys(RUN_TYPES)),
    status: z.enum(keys(RUN_STATUSES)),
    start_time: z.iso.datetime(),
    stop_time: z.iso.datetime().nullable(),
    origin_run_id: z.uuid().nullable(),
    event_id: z.uuid().nullable(),
    result: z.json(),
    project_id: z.uuid().nullable(),
    project_name: z.string().nullable(),
    retry_attempt: z.int(),
    next_retry_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Run' });

export const runStatsResponse = z
  .object({
    total_runs: z.int(),
    running: z.int(),
    succeeded: z.int(),
    failed: z.int(),
    cancelled: z.int(),
  })
  .meta({ id: 'RunStats' });

export function toRunResponse(run: RunView): RawJson {
  return new RawJson(runJson(run));
}
