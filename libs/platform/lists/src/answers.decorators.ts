/** What routes of the app answer, for its document. Shapes are named as the contract names them. */
import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';

const ref = (name: string): { readonly $ref: string } => ({ $ref: `#/components/schemas/${name}` });

const envelope = (properties: Readonly<Record<string, object>>, required: readonly string[]) => ({
  type: 'object' as const,
  properties: { ...properties },
  required: [...required],
  additionalProperties: false,
});

/** One thing of that shape. */
export const AnswersOne = (shape: string, summary: string, status = 200): MethodDecorator =>
  describe(summary, status, envelope({ data: ref(shape), meta: ref('Meta') }, ['data', 'meta']));

/** All things of that shape, without pages. */
export const AnswersAll = (shape: string, summary: string): MethodDecorator =>
  describe(
    summary,
    200,
    envelope({ data: { type: 'array', items: ref(shape) }, meta: ref('Meta') }, ['data', 'meta']),
  );

/** A page of things of that shape. */
export const AnswersPage = (shape: string, summary: string): MethodDecorator =>
  describe(
    summary,
    200,
    envelope(
      {
        data: { type: 'array', items: ref(shape) },
        pagination: ref('Pagination'),
        facets: ref('Facets'),
        meta: ref('ListMeta'),
      },
      ['data', 'pagination', 'meta'],
    ),
  );

/** Nothing but that it was done. */
export const AnswersNothing = (summary: string): MethodDecorator =>
  applyDecorators(ApiOperation({ summary }), ApiResponse({ status: 204, description: 'Done' }), failed());

/** Bytes. */
export const AnswersFile = (mediaType: string, summary: string): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary }),
    ApiResponse({
      status: 200,
      description: summary,
      content: { [mediaType]: { schema: { type: 'string', format: 'binary' } } },
    }),
    failed(),
  );

const describe = (summary: string, status: number, schema: object): MethodDecorator =>
  applyDecorators(ApiOperation({ summary }), ApiResponse({ status, description: summary, schema }), failed());

const failed = (): MethodDecorator =>
  ApiResponse({ status: 'default', description: 'Failed', schema: ref('Error') });
