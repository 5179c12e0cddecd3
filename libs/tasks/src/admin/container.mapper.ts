/** What is kept of a container, as the app shows it. Written by our workers, of this version or an earlier one. */
import { CONTAINER_PHASES, type TaskContainer } from '@app/contracts';
import { z } from 'zod';

const ordered = z.object({
  image: z.string(),
  entrypoint: z.array(z.string()).nullable(),
  command: z.array(z.string()).nullable(),
  script: z.string().nullable(),
  env: z.array(z.string()),
  mounts: z.array(z.object({ resource: z.string(), dest: z.string(), readonly: z.boolean() })),
  network: z.enum(['none', 'internet']),
  memory_mb: z.number(),
  cpu_pct: z.number(),
  tmp_mb: z.number(),
  disk_mb: z.number(),
  timeout_secs: z.number(),
  multiplier: z.number(),
});

const facts = z.object({
  container_id: z.string().nullable().default(null),
  digest: z.string().nullable().default(null),
  backend: z.string(),
  out_of_memory: z.boolean().default(false),
  memory_peak_bytes: z.number().nullable().default(null),
  timing: z.partialRecord(z.enum(CONTAINER_PHASES.map((phase) => `${phase}_ms` as const)), z.number()),
});

/**
 * Null also for what is not of this form: where a secret is a number, one stands for the other, and the page of the task
 * is still to be seen.
 *
 * @param order JSON text; null for a function @param info JSON text; null until it has ended
 */
export function toTaskContainer(order: string | null, info: string | null): TaskContainer | null {
  if (order === null) return null;
  const container = ordered.safeParse(JSON.parse(order));
  if (!container.success) return null;
  const result = info === null ? null : facts.safeParse(JSON.parse(info));
  if (result?.success !== true) return { ...container.data, ended: null };
  const { timing, ...ended } = result.data;
  return {
    ...container.data,
    ended: {
      ...ended,
      timing: CONTAINER_PHASES.flatMap((phase) => {
        const ms = timing[`${phase}_ms`];
        return ms === undefined ? [] : [{ phase, us: ms * 1_000 }];
      }),
    },
  };
}
