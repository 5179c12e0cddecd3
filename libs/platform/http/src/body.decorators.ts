import { Body } from '@nestjs/common';
import type { z } from 'zod';
import { parameterFacts, routeFacts } from './route-config';

/** The JSON body, checked by a schema. Without `Content-Type: application/json` the request is answered 415. */
export function JsonBody(schema: z.core.$ZodType): ParameterDecorator {
  return (target, key, index) => {
    parameterFacts(target, key, { body: 'json' });
    Body({ schema })(target, key, index);
  };
}

/** The JSON body when there is one, else what the schema makes of undefined. */
export function OptionalJsonBody(schema: z.core.$ZodType): ParameterDecorator {
  return (target, key, index) => {
    parameterFacts(target, key, { body: 'json-optional' });
    Body({ schema })(target, key, index);
  };
}

/** The JSON body as the text that was received: well-formed UTF-8, not parsed, not checked any further. */
export function JsonText(): ParameterDecorator {
  return (target, key, index) => {
    parameterFacts(target, key, { body: 'json-text' });
    Body()(target, key, index);
  };
}

/** Leaves the body on the socket: the handler reads `request.raw`, or parts of a multipart body. */
export function StreamBody(): MethodDecorator {
  return routeFacts({ body: 'stream' });
}
