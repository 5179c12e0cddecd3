import type { ActiveRun } from './active-run';
import { endedRun } from './ended-run';
import type { RunHost } from './run-host';
import type { PlannedRun } from './run-router';

describe('what is kept of a run', () => {
  const row = { dispatch_id: 'd', run_id: 'r', retention_class: -1, created_ms: 1, started_ms: 2 };
  const ended = (callCount: number, droppedCalls = 0) =>
    endedRun(
      { row, restarts: [] } as unknown as ActiveRun,
      { warning: null, target: { agentType: null } } as unknown as PlannedRun,
      'null',
      null,
      {
        endOfTrace: () => ({ trace: null, segments: [] }),
        missingContext: [],
        streamDataCount: 0,
      } as unknown as RunHost,
      {
        status: 'succeeded',
        resultJson: 'null',
        callCount,
        droppedCalls,
        traceBytes: 0,
        startedAtMs: 3,
      },
    );

  it('counts as many calls as its column holds: a loop makes more of them in seconds', () => {
    expect(ended(12).callCount).toBe(12);
    expect(ended(3_196_898_306).callCount).toBe(2_147_483_647);
  });

  it('says in full what the trace left out', () => {
    expect(JSON.parse(ended(3_196_898_306, 3_196_798_306).info ?? '')).toMatchObject({
      trace_truncated: { recorded: 100_000, dropped: 3_196_798_306 },
    });
  });
});
