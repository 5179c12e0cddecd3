import type { ContextVariable } from '@app/context';
import { z } from 'zod';

/** Only the shape: what keys, values and descriptions may be is the domain's. */
const content = {
  value: z.string().meta({ writeOnly: true, description: 'At most 64 KiB of UTF-8. Never given out again.' }),
  description: z.string().meta({ maxLength: 2000 }).nullish(),
};

export const contextInput = z
  .object({ key: z.string().meta({ minLength: 1, maxLength: 255 }), ...content })
  .meta({ id: 'ContextVariableInput' });
export type ContextVariableInput = z.infer<typeof contextInput>;

export const contextUpdate = z.object(content).meta({ id: 'ContextVariableUpdate' });
export type ContextVariableUpdate = z.infer<typeof contextUpdate>;

export const contextResponse = z
  .object({
    key: z.string(),
    description: z.string().nullable(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'ContextVariable' });
export type ContextResponse = z.infer<typeof contextResponse>;

export function toContextResponse(variable: ContextVariable): ContextResponse {
  return {
    key: variable.key,
    description: variable.description,
    created_at: variable.createdAt.toISOString(),
    updated_at: variable.updatedAt.toISOString(),
  };
}
