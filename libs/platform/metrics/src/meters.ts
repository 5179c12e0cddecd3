/**
 * What a process counts about itself, for Prometheus. Declared once beside the code that counts; names begin with `hot_`
 * and end with their unit. Labels are few and come from closed sets: never a name or an id of a tenant.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const registry = new Registry();
const NAME = /^hot_[a-z][a-z0-9_]*$/;

/** Counts up; the labels of each increment are those that were declared. */
export interface Meter {
  add(labels?: Readonly<Record<string, string>>, by?: number): void;
}

export function counter(name: string, help: string, labelNames: readonly string[] = []): Meter {
  const made = new Counter({ name: checked(name), help, labelNames: [...labelNames], registers: [registry] });
  // From the beginning: a rate needs a first value.
  if (labelNames.length === 0) made.inc(0);
  return { add: (labels = {}, by = 1) => made.inc(labels, by) };
}

export function histogram(
  name: string,
  help: string,
  labelNames: readonly string[],
  buckets: readonly number[],
): (labels: Readonly<Record<string, string>>, value: number) => void {
  const made = new Histogram({
    name: checked(name),
    help,
    labelNames: [...labelNames],
    buckets: [...buckets],
    registers: [registry],
  });
  return (labels, value) => made.observe(labels, value);
}

/**
 * A value that is looked up when somebody asks for it. Declared again by another application of the same process, it
 * tells of that one.
 * @param collect the value, or one per value of the label
 */
export function gauge(
  name: string,
  help: string,
  collect: () =>
    number | Readonly<Record<string, number>> | Promise<number | Readonly<Record<string, number>>>,
  labelName?: string,
): void {
  registry.removeSingleMetric(checked(name));
  const labelNames = labelName === undefined ? [] : [labelName];
  const made = new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    async collect() {
      made.reset();
      try {
        const found = await collect();
        if (typeof found === 'number') made.set(found);
        else
          for (const [label, value] of Object.entries(found)) made.set({ [labelName ?? '']: label }, value);
      } catch {
        // What can't be looked up is left out of this answer; the rest is of use all the more.
        made.reset();
        if (labelName === undefined) made.remove();
      }
    },
  });
}

/** Everything in the format that Prometheus reads. */
export async function meterText(): Promise<{ readonly type: string; readonly text: string }> {
  return { type: registry.contentType, text: await registry.metrics() };
}

function checked(name: string): string {
  if (!NAME.test(name)) throw new Error(`A meter is named hot_…, with its unit at the end: ${name}`);
  return name;
}
