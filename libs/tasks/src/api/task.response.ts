import { RawJson } from '@app/platform/http';
import { TASK_STATUSES, TASK_TYPES, taskJson, type TaskView } from '@app/tasks';
import { z } from 'zod';

const keys = <T extends object>(of: T) => Object.keys(of) as [string, ...string[]];

export const taskResponse = z
  .object({
    task_id: z.uuid(),
    env_id: z.uuid(),
    stream_id: z.uuid(),
    build_id: z.uuid().nullable(),
    run_id: z.uuid().nullable().meta({ description: 'The run that is the task; none while it is queued.' }),
    origin_run_id: z.uuid().nullable().meta({ description: 'The run that started it.' }),
    function_name: z.string(),
    task_type: z.enum(keys(TASK_TYPES)),
    status: z.enum(keys(TASK_STATUSES)),
    start_time: z.iso.datetime().nullable(),
    stop_time: z.iso.datetime().nullable(),
    duration_ms: z.int().nullable(),
    result: z.json(),
    timeout_ms: z.int(),
    retry_attempt: z.int(),
    next_retry_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Task' });

export function toTaskResponse(task: TaskView): RawJson {
  return new RawJson(taskJson(task));
}
