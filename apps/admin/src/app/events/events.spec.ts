import { execFileSync } from 'node:child_process';
import { curlFor } from './curl';
import { typeSegments } from './type-segments';

describe('curlFor', () => {
  it('survives quotes in the payload', () => {
    const json = `{"text":"it's \\"here\\""}`;
    const command = curlFor('http://localhost:4681', 'user:created', json);
    const shown = execFileSync('sh', ['-c', command.replace(/^curl/, 'printf "%s\\n"')], {
      encoding: 'utf8',
    });
    const body = shown.slice(shown.indexOf('{"event_type"')).trim();
    expect(JSON.parse(body)).toEqual({ event_type: 'user:created', event_data: { text: `it's "here"` } });
  });
});

describe('typeSegments', () => {
  it('makes each segment a filter, the last one the type itself', () => {
    expect(typeSegments('user:created:eu')).toEqual([
      { text: 'user:', filter: 'user:*' },
      { text: 'created:', filter: 'user:created:*' },
      { text: 'eu', filter: 'user:created:eu' },
    ]);
    expect(typeSegments('ping')).toEqual([{ text: 'ping', filter: 'ping' }]);
  });
});
