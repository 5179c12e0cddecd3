/** How routes describe themselves for the OpenAPI document: what they answer, in the envelope they answer it in. */
import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';

const meta = z
  .object({ request_id: z.uuid(), timestamp: z.iso.datetime() })
  .meta({ id: 'Meta', description: 'Of this answer; the id is also in the header X-Request-Id.' });

const pagination = z
  .object({ total: z.int(), limit: z.int(), offset: z.int(), has_more: z.boolean() })
  .meta({ id: 'Pagination', description: 'limit and offset as they took effect; total counts all matches.' });

export const errorResponse = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      request_id: z.uuid(),
      retry_after: z.int().optional(),
    }),
  })
  .meta({ id: 'Error' });

/** Answers one item. */
export function ApiItem(summary: string, data: z.ZodType, status = 200): MethodDecorator {
  return describe(summary, status, z.object({ data, meta }));
}

/** Answers a page of items. */
export function ApiList(summary: string, item: z.ZodType): MethodDecorator {
  return describe(summary, 200, z.object({ data: z.array(item), pagination, meta }));
}

/** Answers JSON without the envelope. */
export function ApiBare(summary: string, body: z.ZodType): MethodDecorator {
  return describe(summary, 200, body);
}

/** Answers 204 without a body. */
export function ApiNothing(summary: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiResponse({ status: 204, description: 'Done' }),
    ApiResponse({ status: 'default', description: 'Failed', standardSchema: errorResponse }),
  );
}

/** Answers bytes of the given media type. */
export function ApiBytes(summary: string, mediaType: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiResponse({
      status: 200,
      description: 'The bytes',
      content: { [mediaType]: { schema: { type: 'string', format: 'binary' } } },
    }),
    ApiResponse({ status: 'default', description: 'Failed', standardSchema: errorResponse }),
  );
}

function describe(summary: string, status: number, body: z.ZodType): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiResponse({ status, description: summary, standardSchema: body }),
    ApiResponse({ status: 'default', description: 'Failed', standardSchema: errorResponse }),
  );
}
