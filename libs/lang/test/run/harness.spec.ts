import { parseCases } from '../support/cases';
import { runCase } from '../support/run-case';

const problemsOf = async (text: string): Promise<string> => {
  const [one] = parseCases(text);
  return one === undefined ? 'no case' : (await runCase(one)).join('\n');
};

describe('the harness of the cases', () => {
  it.each([
    ['another value', '== a\n---\nadd(1, 1) ≡ 3', 'expected [3]'],
    ['another kind of number', '== a\n---\nadd(1, 1) ≡ 2.0', 'expected [2.0]'],
    ['a halt', '== a\n---\nfail("no") ≡ 1', 'failed: '],
    ['no halt', '== a\n---\n1 ≡ HALT', 'expected it failed'],
    ['a halt with another text', '== a\n---\nfail("no") ≡ HALT "yes"', 'expected it failed with "yes"'],
    ['a value for an Err', '== a\n---\n1 ≡ ERR "x"', 'expected an Err'],
    ['another Err', '== a\n---\nerr("y") ≡ ERR "x"', 'expected an Err'],
    ['another output', '== a\n---\nprintln("y") ≡ PRINTS "x\\n"', 'expected "x\\n"'],
    ['another event', '== a\n---\nsend("a", 1) ≡ SENDS [{type: "b", data: 1}]', 'expected [[{"type":"b"'],
    ['another call', '== a\n@host time.sleep null\n---\n::hot::time/sleep(5) ≡ CALLS []', 'expected [[]]'],
    ['other stream data', '== a\n---\ndata("a", 1) ≡ STREAMS []', 'expected [[]]'],
    ['a program that compiles', '== a\nf fn () { 1 }\n---\n ≡ COMPILE "nope"', 'found: none'],
    [
      'a program that does not',
      '== a\nf fn () { nope }\n---\n1 ≡ 1',
      'does not compile: unresolved-variable 2:',
    ],
  ])('sees %s', async (_, text, problem) => {
    expect(await problemsOf(text)).toContain(problem);
  });

  it.each([
    ['values', '== a\n---\nadd(1,\n  1) ≡ 2'],
    ['Errs', '== a\n---\nerr("bad") ≡ ERR "bad"'],
    ['halts', '== a\n---\nadd(err("bad"), 1) ≡ HALT "bad"'],
    ['cancellations', '== a\n---\ncancel("enough") ≡ CANCEL "enough"'],
    ['output', '== a\n---\nprintln("x") ≡ PRINTS "x\\n"'],
    ['events', '== a\n---\nsend("a", {n: 1}) ≡ SENDS [{type: "a", data: {n: 1}}]'],
    [
      'calls',
      '== a\n@host time.sleep null\n---\n::hot::time/sleep(5) ≡ CALLS [{name: "time.sleep", args: {ms: 5}}]',
    ],
    ['stream data', '== a\n---\ndata("a", 1) ≡ STREAMS [{type: "a", data: 1}]'],
    [
      'answers in order',
      '== a\n@host time.sleep 1\n@host time.sleep 2\n---\n[::hot::time/sleep(1), ::hot::time/sleep(1), ::hot::time/sleep(1)] ≡ [1, 2, 2]',
    ],
    ['facts of the run', '== a\n@info {"org":{"slug":"local"}}\n---\ninfo().org.slug ≡ "local"'],
    ['context', '== a\n@ctx {"k":"v"}\n---\n::hot::ctx/get("k") ≡ "v"'],
    ['refused programs', '== a\nf fn () { nope }\n---\n≡ COMPILE "unresolved-variable 1:11"'],
    ['namespaces', '== a\n::a ns\nk 5\n::b ns\nf fn () { ::a/k }\n---\nf() ≡ 5'],
  ])('accepts %s', async (_, text) => {
    expect(await problemsOf(text)).toBe('');
  });

  it.each([
    ['text ahead of the first title', 'x\n== a\n---\n1 ≡ 1', 'line 1'],
    ['a case without a check', '== a\nf fn () { 1 }\n---', 'checks nothing'],
    ['a check without its sign', '== a\n---\n1', 'without "≡"'],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseCases(text)).toThrow(message);
  });
});
