import { listQueryShape } from '@app/platform/lists';
import { z } from 'zod';

/** Filters of the list of events, as they arrive. */
export const eventListQuery = z.object({
  ...listQueryShape,
  state: z.string().max(100).optional(),
  type: z.string().max(8000).optional(),
  source: z.string().max(200).optional(),
});

export type EventListInput = z.infer<typeof eventListQuery>;
