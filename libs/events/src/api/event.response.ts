import type { EventView } from '@app/events';
import { RawJson } from '@app/platform/http';
import type { ApiBodyOptions } from '@nestjs/swagger';
import { z } from 'zod';

export const eventResponse = z
  .object({
    event_id: z.uuid(),
    env_id: z.uuid(),
    stream_id: z.uuid(),
    event_type: z.string(),
    event_data: z.json(),
    event_time: z.iso.datetime(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Event' });

/** For the documentation only: the body is read as text, so that the data stays as it came. */
export const publishRequest: ApiBodyOptions = {
  schema: {
    type: 'object',
    required: ['event_type', 'event_data'],
    properties: {
      event_type: { type: 'string', minLength: 1, maxLength: 255 },
      event_data: { description: 'Any JSON value' },
      stream_id: {
        type: 'string',
        format: 'uuid',
        description: 'A stream to join; unknown ids make a new one',
      },
    },
  },
};

/** The data goes out as the text that came in. */
export function toEventResponse(event: EventView): RawJson {
  const time = new Date(event.eventTimeMs).toISOString();
  return new RawJson(
    `{"event_id":"${event.eventId}","env_id":"${event.envId}","stream_id":"${event.streamId}",` +
      `"event_type":${JSON.stringify(event.eventType)},"event_data":${event.eventData},` +
      `"event_time":"${time}","created_at":"${time}"}`,
  );
}
