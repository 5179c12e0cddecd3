import { nextStep, type LadderView } from './ladder';

const view = (
  stopped: readonly (readonly [number, number])[],
  head: LadderView['head'] = null,
): LadderView => ({
  stopped: new Map(stopped),
  head,
});
const head = (run: number, forMs: number, isAlive = true): LadderView['head'] => ({ run, forMs, isAlive });

describe('the ladder', () => {
  it.each([
    ['nothing runs', view([]), { do: 'nothing' }],
    ['a run computes for long that nobody asked to stop', view([], head(1, 9_000)), { do: 'nothing' }],
    ['a run was asked a moment ago', view([[1, 900]], head(1, 9_000)), { do: 'nothing' }],
    [
      'a run has ignored it on the processor',
      view([[1, 1_100]], head(1, 9_000)),
      { do: 'dispose', guilty: 1 },
    ],
    ['it has just got the processor', view([[1, 1_100]], head(1, 200)), { do: 'nothing' }],
    ['it waits for something', view([[1, 1_100]]), { do: 'abandon', runs: [1] }],
    [
      'it waits for its turn behind another',
      view([[1, 1_100]], head(2, 9_000)),
      { do: 'abandon', runs: [1] },
    ],
    [
      'one ignores it and others wait',
      view(
        [
          [1, 1_100],
          [2, 1_100],
        ],
        head(2, 9_000),
      ),
      { do: 'dispose', guilty: 2 },
    ],
    ['a run that has ended goes on', view([], head(1, 1_100, false)), { do: 'dispose', guilty: null }],
    ['a run that has ended comes home', view([], head(1, 500, false)), { do: 'nothing' }],
  ])('knows what to do when %s', (_, given, step) => {
    expect(nextStep(given)).toEqual(step);
  });
});
