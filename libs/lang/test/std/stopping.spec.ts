/** Long work inside the library ends when the run must: it looks at the control words while it works. */
import { compileProject, loadProgram, runProgram, singleControl, type RunHost } from '../../src';
import { CONTROL_HEADER_WORDS, CONTROL_STOP, STOP_REASONS } from '../../src/embed';

const LONG: Readonly<Record<string, string>> = {
  'a key derived in a hundred million rounds': '::hot::crypto/pbkdf2-hmac-sha256("p", "s", 100000000)',
  'a pattern followed in all its ways': '::hot::regex/is-match(text, "((a|b|ab)*c)+d")',
  'a pattern found over and over': 'length(::hot::regex/find-all(text, "(?:a(?:x|y)*)+"))',
  'elements of XML': 'from-xml(concat("<r>", replace(text, "a", "<a/>"), "</r>"))',
  'lines of front matter':
    '::hot::md/parse-frontmatter(concat("---\\nk:\\n", replace(text, "a", "  - a\\n"), "---\\n"))',
};

const host = (stop: () => void): RunHost => ({
  call: () => Promise.reject(new Error('no host')),
  post: () => undefined,
  nowUs: () => 0,
  epochMs: () => 0,
  randomBytes: (length) => {
    stop();
    return new Uint8Array(length);
  },
});

describe.each([
  ['with', true],
  ['without', false],
])('a run %s a trace that must stop stops in the middle of', (_name, trace) => {
  it.each(Object.entries(LONG))('%s', async (_, expression) => {
    const text = `::t ns
twice fn (s, n) { if(eq(n, 0), s, twice(concat(s, s), sub(n, 1))) }
main fn () {
  text twice("a", 17)
  random-bytes(1)
  ${expression}
}`;
    const { artifact, diagnostics } = compileProject([{ name: 't.hot', text, origin: 'project' }]);
    if (artifact === null) throw new Error(JSON.stringify(diagnostics[0]));
    const control = singleControl();
    const outcome = await runProgram(
      loadProgram(artifact),
      { fn: '::t/main', control, trace },
      host(() => {
        control.words[CONTROL_HEADER_WORDS + CONTROL_STOP] = STOP_REASONS.cancelled;
      }),
    );
    expect(outcome.status).toBe('cancelled');
  });
});
