/**
 * Measures what is promised of speed and size. Arguments: `--only TEXT`, part of a measure's name; `--minutes N` of steady
 * load, `--schedules N`, `--clients N`, `--builds N`, `--calls N` of the long run, `--runs N` in the history.
 */
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { coldStart } from './cold-start';
import { deliveries } from './deliveries';
import { lateness } from './lateness';
import { onPlatform, type Measure, type Sizes } from './measure';
import { publishing } from './publishing';
import { reading } from './reading';
import { soak } from './soak';

const text = (preset: string) => ({ type: 'string', default: preset }) as const;
const { values } = parseArgs({
  options: {
    only: text(''),
    minutes: text('10'),
    schedules: text('10000'),
    clients: text('2000'),
    builds: text('100'),
    calls: text('10000'),
    runs: text('2000000'),
  },
});

const SIZES: Sizes = {
  minutes: Number(values.minutes),
  schedules: Number(values.schedules),
  clients: Number(values.clients),
  builds: Number(values.builds),
  calls: Number(values.calls),
  runs: Number(values.runs),
};

const MEASURES: Readonly<Record<string, Measure>> = {
  'publishing and running at a steady rate [F1, F2]': publishing,
  'lateness of schedules that happen every minute [S2]': lateness,
  'memory and delivery with many subscribers [L4]': deliveries,
  'worker that starts with many deployed builds [F5]': coldStart,
  'reading a long trace, the dashboard and lists where much has happened [F4]': reading,
  'waiting and memory under a steady load [F3]': soak,
};

async function main(): Promise<void> {
  console.log(
    `Node ${process.version}, ${availableParallelism()} cores for everything, load ${loadavg()[0]?.toFixed(1)}`,
  );
  for (const [name, measure] of Object.entries(MEASURES)) {
    if (name.includes(values.only)) await onPlatform(SIZES, measure);
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
