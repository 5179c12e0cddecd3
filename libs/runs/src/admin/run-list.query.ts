import { listQueryShape } from '@app/platform/lists';
import { z } from 'zod';

/** Filters of the list of runs, as they arrive. Several values by comma, "!" in front for all but these. */
export const runListQuery = z.object({
  ...listQueryShape,
  status: z.string().max(200).optional(),
  type: z.string().max(200).optional(),
  project: z.string().max(4000).optional(),
  function: z.string().max(300).optional(),
});

export type RunListInput = z.infer<typeof runListQuery>;
