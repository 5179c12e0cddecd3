/** Schemas of parameters that many routes share. */
import { BadRequestError, parsePaging, parseUuid, type Paging } from '@app/kernel';
import { z } from 'zod';

/** A UUID in a path or body, in any case, with or without hyphens; handed over in canonical form. */
export const uuid = z
  .string()
  .transform((text, context) => {
    const id = parseUuid(text);
    if (id !== null) return id;
    context.addIssue('must be a UUID');
    return z.NEVER;
  })
  .meta({ format: 'uuid' });

const integerText = (meta: Readonly<Record<string, unknown>>): z.ZodOptional<z.ZodString> =>
  z
    .string()
    .meta({ type: 'integer', ...meta })
    .optional();

const pagingShape = {
  limit: integerText({
    default: 20,
    minimum: 1,
    maximum: 500,
    description: 'Page size, clamped into 1…500.',
  }),
  offset: integerText({ default: 0, minimum: 0, description: 'Rows to skip.' }),
};

/** `limit` and `offset` of a list. */
export const pagingQuery = z.object(pagingShape).transform((query, context) => toPaging(query, context));

/** `limit`, `offset` and the list's own filters: `{ paging, ...filters }`. */
export function pagedQuery<const S extends z.ZodRawShape>(filters: S) {
  return z.object({ ...pagingShape, ...filters }).transform((query, context) => {
    const { limit, offset, ...rest } = query as typeof query & { limit?: string; offset?: string };
    return { paging: toPaging({ limit, offset }, context), ...rest };
  });
}

function toPaging(
  query: { readonly limit?: string | undefined; readonly offset?: string | undefined },
  context: z.core.$RefinementCtx,
): Paging {
  try {
    return parsePaging(query.limit, query.offset);
  } catch (error) {
    if (!(error instanceof BadRequestError)) throw error;
    const [name = '', ...rest] = error.message.split(' ');
    context.addIssue({ code: 'custom', path: [name], message: rest.join(' '), input: query });
    return z.NEVER;
  }
}
