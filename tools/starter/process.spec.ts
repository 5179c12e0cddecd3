import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../scripts/lib/process.mjs';

describe('whether a process is alive', () => {
  const proc = mkdtempSync(join(tmpdir(), 'hot-proc-'));
  afterAll(() => rmSync(proc, { recursive: true, force: true }));

  const asked = (state: string, threads: number): boolean => {
    const own = join(proc, String(process.pid));
    rmSync(own, { recursive: true, force: true });
    for (let n = 0; n < threads; n += 1)
      mkdirSync(join(own, 'task', String(process.pid + n)), { recursive: true });
    writeFileSync(join(own, 'stat'), `${process.pid} (a name) with (brackets) ${state} 1 1 1`);
    return isAlive(process.pid, proc);
  };

  it.each([
    ['one that sleeps', 'S', 3, true],
    ['a zombie that nobody reaps', 'Z', 1, false],
    ['a killed one whose first thread is over and whose others still hold its port', 'Z', 2, true],
  ])('%s', (_, state, threads, isIt) => {
    expect(asked(state, threads)).toBe(isIt);
  });

  it('a pid that nobody has', () => {
    expect(isAlive(2 ** 22 + 1)).toBe(false);
  });
});
