import * as lang from '@app/lang';
import { FAILURE_KINDS, failedEnd, haltEnd, outcomeOf } from './end-of-run';

const FACTS = { timeoutMs: 1_500, memoryMb: 64, startedAtMs: 7 };
const NOTHING = { callCount: 0, traceBytes: 0, droppedCalls: 0 };

describe('the end of a run', () => {
  it('knows the failures of the language', () => {
    expect(FAILURE_KINDS).toEqual(lang.FAILURE_KINDS);
  });

  it.each([
    ['timeout', { status: 'failed', failureKind: 'timeout' }, 'Run timed out after 1.5 seconds'],
    [
      'memory',
      { status: 'failed', failureKind: 'resource-limit' },
      'Run exceeded its memory limit of 64 MiB',
    ],
    ['cancelled', { status: 'cancelled' }, 'Run cancelled'],
  ] as const)('by force says what it was forced for: %s', (reason, outcome, message) => {
    const end = outcomeOf(haltEnd(reason, FACTS));
    expect(end).toMatchObject({ ...outcome, ...NOTHING, startedAtMs: 7 });
    expect(JSON.parse(end.resultJson)).toMatchObject({ $val: { msg: message } });
  });

  it('keeps what the program counted', () => {
    const stats = { callCount: 3, traceBytes: 4, droppedCalls: 5 };
    const header = JSON.stringify({ status: 'succeeded', failureKind: null, retryable: null, stats });
    expect(outcomeOf({ header, startedAtMs: 1, resultJson: '2' })).toEqual({
      status: 'succeeded',
      resultJson: '2',
      startedAtMs: 1,
      ...stats,
    });
  });

  it('keeps whether another try can help', () => {
    expect(outcomeOf(failedEnd('failure', false, 'x', 1))).toMatchObject({ retryable: false });
  });

  it.each([
    ['no JSON', '{'],
    ['another status', '{"status":"lost"}'],
    ['an unknown failure', '{"status":"failed","failureKind":"other","retryable":null}'],
    ['no word on retries', '{"status":"failed","failureKind":"failure"}'],
    ['a negative count', '{"status":"succeeded","stats":{"callCount":-1}}'],
    ['a count that is none', '{"status":"succeeded","stats":{"callCount":"9"}}'],
  ])('is not believed with %s', (_, header) => {
    expect(() => outcomeOf({ header, startedAtMs: 1, resultJson: '1' })).toThrow();
  });
});
