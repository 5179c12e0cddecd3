import { suspectsOf } from './suspects';

describe('suspects of a death', () => {
  it.each([
    [
      'those it said were busy, whatever killed it',
      { code: null, signal: 'SIGKILL', busy: [3], unheard: [1, 2] },
      [3],
    ],
    [
      'those it was just given, when it broke down inside',
      { code: null, signal: 'SIGSEGV', busy: [], unheard: [1, 2] },
      [1, 2],
    ],
    ['those it was just given, when it gave up', { code: 1, signal: null, busy: [], unheard: [1] }, [1]],
    [
      'nobody, when it was killed from outside',
      { code: null, signal: 'SIGKILL', busy: [], unheard: [1, 2] },
      [],
    ],
    ['nobody, when it ended well', { code: 0, signal: null, busy: [], unheard: [1] }, []],
  ])('are %s', (_, death, suspects) => {
    expect([...suspectsOf(death)]).toEqual(suspects);
  });
});
