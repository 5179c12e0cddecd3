import { PublicGate } from './public-gate';

function held() {
  let release: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (release = resolve));
  return { done, release };
}
const soon = () => new Promise((resolve) => setImmediate(resolve));

describe('the gate of public addresses', () => {
  it('lets the rest wait, in the order of arrival', async () => {
    const gate = new PublicGate({ concurrencyLimit: 2 });
    const began: number[] = [];
    const holds = [held(), held(), held(), held()];
    const all = holds.map((hold, at) =>
      gate.pass(async () => {
        began.push(at);
        await hold.done;
        return at;
      }),
    );
    await soon();
    expect(began).toEqual([0, 1]);
    holds[1]?.release();
    await soon();
    expect(began).toEqual([0, 1, 2]);
    for (const hold of holds) hold.release();
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3]);
    expect(gate.inFlight).toBe(0);
  });

  it('gives the place of what failed to the next', async () => {
    const gate = new PublicGate({ concurrencyLimit: 1 });
    const failing = gate.pass(() => Promise.reject(new Error('no')));
    const next = gate.pass(() => Promise.resolve('yes'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
    expect(gate.inFlight).toBe(0);
  });
});
