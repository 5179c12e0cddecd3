/** Loaded before a process's own code: its CPU profile between two messages of its parent, by function and by package. */
import { Session } from 'node:inspector/promises';

interface Node {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

const session = new Session();
process.on('message', ({ type }: { readonly type: string }) => {
  if (type === 'profile:start') void start();
  if (type === 'profile:stop') void stop().then((summary) => process.send?.({ type: 'profile', ...summary }));
});

async function start(): Promise<void> {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
}

async function stop(): Promise<object> {
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const self = new Map<number, number>();
  const deltas = profile.timeDeltas ?? [];
  profile.samples?.forEach((id, index) => self.set(id, (self.get(id) ?? 0) + (deltas[index] ?? 0)));
  const functions = new Map<string, number>();
  const packages = new Map<string, number>();
  let total = 0;
  for (const node of profile.nodes as readonly Node[]) {
    const time = self.get(node.id) ?? 0;
    total += time;
    const { functionName, url, lineNumber } = node.callFrame;
    const place = url.split('/').slice(-2).join('/');
    add(functions, `${functionName || '(anonymous)'} ${place}:${lineNumber + 1}`, time);
    add(packages, packageOf(functionName, url), time);
  }
  const top = (of: Map<string, number>, count: number) =>
    [...of]
      .sort(([, a], [, b]) => b - a)
      .slice(0, count)
      .map(([what, time]) => `${((time / total) * 100).toFixed(1).padStart(5)} %  ${what}`);
  return { functions: top(functions, 25), packages: top(packages, 14) };
}

function add(to: Map<string, number>, key: string, time: number): void {
  to.set(key, (to.get(key) ?? 0) + time);
}

function packageOf(functionName: string, url: string): string {
  if (functionName.startsWith('(')) return functionName;
  const module = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (module !== undefined) return module;
  const lib = /\/libs\/((?:platform\/)?[^/]+)/.exec(url)?.[1];
  if (lib !== undefined) return `@app/${lib}`;
  return url.startsWith('node:') ? url.split('/').slice(0, 2).join('/') : url.split('/').slice(-2).join('/');
}
