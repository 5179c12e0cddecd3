import { decodeStreamNotice, encodeStreamNotice, type RunHead } from './notices';

const run = {
  run_id: 'r',
  env_id: 'e',
  stream_id: 's',
  build_id: null,
  run_type: 'event',
  status: 'succeeded',
  start_time: '2026-01-01T00:00:00.000Z',
  stop_time: '2026-01-01T00:00:00.005Z',
  origin_run_id: null,
  event_id: null,
  result: null,
  project_id: null,
  project_name: null,
  retry_attempt: 0,
  next_retry_at: null,
  function_name: '::a/b',
} satisfies RunHead & { function_name: string };

describe('notices of a stream', () => {
  it.each([
    '{"2":1,"1":2}',
    '{"big":12345678901234567890.10}',
    '{\n  "pretty": "printed"\n}',
    'null',
    '"line\\nbreak"',
  ])('carry a result to the letter: %j', (result) => {
    const notice = {
      k: 'end',
      runId: 'r',
      projectId: null,
      status: 'succeeded',
      data: 0,
      run,
      result,
    } as const;
    expect(decodeStreamNotice(encodeStreamNotice(notice))).toEqual(notice);
  });

  it('without a result come back as they were', () => {
    const end = { k: 'end', runId: 'r', projectId: 'p', status: 'failed', data: 2 } as const;
    expect(decodeStreamNotice(encodeStreamNotice(end))).toEqual(end);
    const data = {
      k: 'data',
      runId: 'r',
      projectId: 'p',
      seq: 0,
      id: 'd',
      type: 't',
      payload: '{\n}',
    } as const;
    expect(decodeStreamNotice(encodeStreamNotice(data))).toEqual(data);
  });
});
