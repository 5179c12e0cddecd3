import { BadRequestError } from '@app/kernel';
import { readPublishBody } from './publish-body';

const refused = (text: string): string => {
  try {
    readPublishBody(text);
  } catch (error) {
    if (error instanceof BadRequestError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('the body of a publish request', () => {
  it('keeps the data as it came', () => {
    expect(readPublishBody('{"event_data": {"b":1.0,\n"a":[ ]},"event_type":"a:b"}')).toEqual({
      eventType: 'a:b',
      eventData: '{"b":1.0,\n"a":[ ]}',
      streamId: null,
    });
  });

  it('takes null as data, and null as no stream', () => {
    expect(readPublishBody('{"event_type":"a","event_data":null,"stream_id":null}')).toMatchObject({
      eventData: 'null',
      streamId: null,
    });
  });

  it('reads a stream id in any form', () => {
    expect(
      readPublishBody('{"event_type":"a","event_data":1,"stream_id":"0198C7015A10700080000000000000B1"}')
        .streamId,
    ).toBe('0198c701-5a10-7000-8000-0000000000b1');
  });

  it.each([
    ['{', 'The body is not valid JSON: a key is missing at position 1'],
    ['[]', 'The body must be a JSON object'],
    ['{"event_data":1}', 'event_type is required'],
    ['{"event_type":null,"event_data":1}', 'event_type is required'],
    ['{"event_type":7,"event_data":1}', 'event_type must be a string'],
    ['{"event_type":"","event_data":1}', 'event_type must not be empty'],
    [`{"event_type":"${'x'.repeat(256)}","event_data":1}`, 'event_type must have at most 255 characters'],
    ['{"event_type":"a\\u0000","event_data":1}', 'event_type must not have control characters'],
    ['{"event_type":"\\ud800","event_data":1}', 'event_type must be well-formed text'],
    ['{"event_type":"a"}', 'event_data is required'],
    ['{"event_type":"a","event_data":1,"stream_id":"x"}', 'stream_id must be a UUID'],
    ['{"event_type":"a","event_data":1,"stream_id":5}', 'stream_id must be a UUID'],
    [`{"event_type":"a","event_data":${'['.repeat(300)}${']'.repeat(300)}}`, 'The body is nested too deeply'],
  ])('refuses %.60s', (text, message) => {
    expect(refused(text)).toBe(message);
  });
});
