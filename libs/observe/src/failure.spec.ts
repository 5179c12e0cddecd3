import { failurePreview, toFailure } from './failure';

const failure = (val: object): string => JSON.stringify({ $type: '::hot::run/Failure', $val: val });

describe('failurePreview', () => {
  it('shows the first line of the message', () => {
    expect(failurePreview(failure({ msg: 'card declined\nat x' }))).toBe('card declined');
    expect(failurePreview(failure({ msg: 'x'.repeat(500) }))).toHaveLength(120);
  });

  it('reads a text that is cut anywhere', () => {
    const whole = failure({ msg: 'a "quoted" ü \\ \u2028 message', err: null });
    for (let end = whole.indexOf('message'); end <= whole.length; end++) {
      expect(failurePreview(whole.slice(0, end))).toMatch(/^a "quoted" ü \\ \u2028 /);
    }
  });

  it('says nothing where there is no message', () => {
    expect(failurePreview(null)).toBeNull();
    expect(failurePreview('{"ok":true}')).toBeNull();
    expect(failurePreview('nonsense')).toBeNull();
  });
});

describe('toFailure', () => {
  it('gives message, place and stack', () => {
    const text = failure({
      msg: 'no',
      at: { file: 'a.hot', line: 3, column: 5 },
      stack: [
        { function: '::a/b', file: 'a.hot', line: 3, column: 5 },
        { function: '::a/c', at: { file: 'a.hot', line: 9 } },
        { function: '::a/d' },
      ],
    });
    expect(toFailure(text, 'timeout')).toEqual({
      kind: 'timeout',
      message: 'no',
      at: { file: 'a.hot', line: 3, column: 5 },
      stack: [
        { function: '::a/b', at: { file: 'a.hot', line: 3, column: 5 } },
        { function: '::a/c', at: { file: 'a.hot', line: 9, column: null } },
        { function: '::a/d', at: null },
      ],
    });
  });

  it('shows less where something else stands there', () => {
    expect(toFailure('[1]', null)).toMatchObject({
      kind: 'failure',
      message: 'Failed without a message',
      stack: [],
    });
    expect(toFailure(null, null)).toBeNull();
  });
});
