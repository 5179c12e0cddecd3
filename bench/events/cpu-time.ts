/** CPU time of every process that takes part, from /proc: what an event costs, whoever else uses the machine. */
import { readdirSync, readFileSync } from 'node:fs';

export type CpuTimes = ReadonlyMap<string, number>;

/** Microseconds used so far, by part: of our own processes by pid and their descendants, and of the servers. */
export function cpuTimes(parts: Readonly<Record<string, number>>): CpuTimes {
  const byPid = new Map(Object.entries(parts).map(([name, pid]) => [pid, name]));
  const times = new Map<string, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = read(`/proc/${entry}/stat`);
    if (stat === null) continue;
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const parent = Number(fields[1]);
    const part = name.startsWith('postgres')
      ? 'PostgreSQL'
      : /^(redis|valkey)-server/.test(name)
        ? 'Redis'
        : (byPid.get(Number(entry)) ?? childOf(byPid.get(parent)));
    if (part === undefined) continue;
    times.set(part, (times.get(part) ?? 0) + runTimeUs(entry));
  }
  return times;
}

export function cpuPerEvent(before: CpuTimes, after: CpuTimes, events: number): string {
  const parts = [...after].map(([name, us]) => [name, (us - (before.get(name) ?? 0)) / events] as const);
  const sum = parts.reduce((total, [, us]) => total + us, 0);
  return `${parts.map(([name, us]) => `${name} ${us.toFixed(0)}`).join(', ')}: ${sum.toFixed(0)} µs`;
}

/** From the scheduler's own books: the times in `stat` are sampled at ticks, and our work begins at ticks. */
function runTimeUs(pid: string): number {
  let ns = 0;
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      ns += Number(read(`/proc/${pid}/task/${thread}/schedstat`)?.split(' ')[0] ?? 0);
    }
  } catch {
    // ended meanwhile
  }
  return ns / 1_000;
}

function childOf(part: string | undefined): string | undefined {
  return part === 'worker' ? 'sandbox' : undefined;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null; // ended meanwhile
  }
}
