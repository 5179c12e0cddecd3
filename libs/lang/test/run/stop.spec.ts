import {
  compileProject,
  CONTROL_HEADER_WORDS,
  CONTROL_STOP,
  loadProgram,
  runProgram,
  singleControl,
  STOP_REASONS,
  type RunHost,
} from '../../src';

/** Calls that are still begun after the run was told to stop, at the first of them, and how it ended. */
async function afterStop(tree: string, trace: boolean): Promise<{ status: string; calls: number }> {
  const text = `::t ns\n${tree}\nmain fn () { tree(13) }`;
  const { artifact, diagnostics } = compileProject([{ name: 't.hot', text, origin: 'project' }]);
  if (artifact === null) throw new Error(diagnostics[0]?.message);
  const control = singleControl();
  let calls = 0;
  const host: RunHost = {
    call: () => Promise.resolve('null'),
    post: (kind) => {
      if (kind !== 'log') return;
      control.words[CONTROL_HEADER_WORDS + CONTROL_STOP] = STOP_REASONS.cancelled;
      calls++;
    },
    nowUs: () => 0,
    epochMs: () => 0,
    randomBytes: (length) => new Uint8Array(length),
  };
  const { status } = await runProgram(loadProgram(artifact), { fn: '::t/main', trace, control }, host);
  return { status, calls };
}

const TREES = [
  ['pmap', 'pmap([1, 2], (x) { tree(sub(n, 1)) })'],
  ['parallel', 'parallel { a tree(sub(n, 1)) b tree(sub(n, 1)) }'],
] as const;

describe('a run that is told to stop', () => {
  it.each(TREES)('does, in a tree of fibres that make a few calls each: %s', async (_, branch) => {
    // Waits for certain, so that its bodies are those of fibres.
    const tree = `tree fn (n) {\nprintln(n)\nif(gt(n, 0), ${branch}, null)\n::hot::time/sleep(0)\n}`;
    for (const trace of [false, true]) {
      const { status, calls } = await afterStop(tree, trace);
      expect(status).toBe('cancelled');
      expect(calls).toBeLessThan(200);
    }
  });
});
