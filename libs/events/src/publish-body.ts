/** The body of a request that publishes an event, read without parsing what the user sends along. */
import { BadRequestError, parseUuid } from '@app/kernel';
import { cut, scanJson } from './json-scan';

export interface PublishBody {
  readonly eventType: string;
  /** JSON text, to the letter. */
  readonly eventData: string;
  readonly streamId: string | null;
}

export const MAX_EVENT_TYPE = 255;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** Throws BadRequestError that names the first thing wrong. */
export function readPublishBody(text: string): PublishBody {
  const scan = scanJson(text);
  if (!scan.ok) {
    throw new BadRequestError(
      scan.problem === 'too deeply nested'
        ? 'The body is nested too deeply'
        : `The body is not valid JSON: ${scan.problem} at position ${scan.at}`,
    );
  }
  if (scan.kind !== 'object') throw new BadRequestError('The body must be a JSON object');
  const member = (name: string): string | undefined => {
    const span = scan.members.get(name);
    return span === undefined ? undefined : cut(text, span);
  };
  const eventType = readEventType(member('event_type'));
  const eventData = member('event_data');
  if (eventData === undefined) throw new BadRequestError('event_data is required');
  return { eventType, eventData, streamId: readStreamId(member('stream_id')) };
}

/** Throws BadRequestError unless the text can be the type of an event. */
export function checkEventType(eventType: string): void {
  if (eventType.length === 0) throw new BadRequestError('event_type must not be empty');
  if (eventType.length > MAX_EVENT_TYPE) {
    throw new BadRequestError(`event_type must have at most ${MAX_EVENT_TYPE} characters`);
  }
  if (CONTROL.test(eventType)) throw new BadRequestError('event_type must not have control characters');
  if (!eventType.isWellFormed()) throw new BadRequestError('event_type must be well-formed text');
}

function readEventType(json: string | undefined): string {
  if (json === undefined || json === 'null') throw new BadRequestError('event_type is required');
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'string') throw new BadRequestError('event_type must be a string');
  checkEventType(value);
  return value;
}

function readStreamId(json: string | undefined): string | null {
  if (json === undefined || json === 'null') return null;
  const value: unknown = JSON.parse(json);
  const id = typeof value === 'string' ? parseUuid(value) : null;
  if (id === null) throw new BadRequestError('stream_id must be a UUID');
  return id;
}
