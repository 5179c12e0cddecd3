import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { BadRequestError } from '@app/kernel';
import { z } from 'zod';

/**
 * Checks parameters that were declared with a schema and hands over what the schema makes of them. Unknown fields are
 * dropped by the schemas. Names the first offending field in one sentence.
 */
@Injectable()
export class SchemaPipe implements PipeTransform {
  transform(value: unknown, metadata: ArgumentMetadata): unknown {
    // Only zod schemas are declared; the decorator's type is wider.
    const schema = metadata.schema as z.ZodType | undefined;
    if (schema === undefined) return value;
    const result = schema.safeParse(value, { error: explain });
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    throw new BadRequestError(sentence(issue?.path ?? [], issue?.message ?? 'is not valid', metadata));
  }
}

function sentence(path: readonly PropertyKey[], message: string, { type, data }: ArgumentMetadata): string {
  const names = [...(data === undefined ? [] : [data]), ...path.map(String)];
  const subject = names.length > 0 ? names.join('.') : type === 'body' ? 'The body' : 'The query';
  return `${subject} ${message}`;
}

/** Predicates for the subject that `sentence` puts before them. Messages that schemas bring themselves win. */
function explain(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    return issue.input === undefined || issue.input === null
      ? 'is required'
      : `must be ${article(issue.expected)}`;
  }
  switch (issue.code) {
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string'
        ? `must have at most ${issue.maximum} characters`
        : `must be at most ${issue.maximum}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    default:
      return 'is not valid';
  }
}

function article(expected: string): string {
  switch (expected) {
    case 'object':
    case 'record':
      return 'a JSON object';
    case 'array':
      return 'an array';
    case 'int':
      return 'a whole number';
    default:
      return `a ${expected}`;
  }
}
