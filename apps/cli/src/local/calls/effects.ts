/**
 * What a program means for others: events, stream data, alerts, schedules. There are no others here, so it is kept and
 * said, and nothing is done about it.
 */
import { newId } from '@app/kernel';
import { CallArgs, membersOf } from '@app/platform/calls';
import type { LocalCalls } from './local-calls';
import { Secrets } from './secrets';

export interface Effect {
  readonly kind: 'event' | 'stream' | 'alert' | 'schedule';
  /** Type of the event or of the data, name of the channel, or function. */
  readonly name: string;
  /** JSON, without secrets: it is only looked at. */
  readonly data: string;
}

const MAX_SHOWN = 160;

/** One line. */
export function effectText({ kind, name, data }: Effect): string {
  const shown = data.length <= MAX_SHOWN ? data : `${data.slice(0, MAX_SHOWN)}…`;
  return `[${kind}] ${name} ${shown}`;
}

export class LocalEffects {
  private readonly secrets = new Secrets();
  /** Function by id. */
  private readonly schedules = new Map<string, string>();

  constructor(private readonly tell: (effect: Effect) => void) {}

  readonly calls: LocalCalls = {
    'alert.publish': (json) => {
      const args = new CallArgs(json);
      this.add('alert', args.text('channel'), args.raw('data') ?? '{}');
      return JSON.stringify({ alertId: newId() });
    },
    'schedule.create': (json) => {
      const args = new CallArgs(json);
      const id = newId();
      const fn = `${args.text('ns')}/${args.text('name')}`;
      this.schedules.set(id, fn);
      this.add('schedule', fn, args.raw('expression') ?? 'null');
      return JSON.stringify({ scheduleId: id });
    },
    'schedule.cancel': (json) => {
      const args = new CallArgs(json);
      const id = args.value('scheduleId');
      const fn = typeof id === 'string' ? null : `${args.text('ns')}/${args.text('name')}`;
      const ended = [...this.schedules].filter(([key, value]) => (fn === null ? key === id : value === fn));
      for (const [key, value] of ended) {
        this.schedules.delete(key);
        this.add('schedule', value, '"cancelled"');
      }
      return JSON.stringify({ cancelled: ended.length });
    },
  };

  /** What a program posts without waiting for an answer. */
  posted(kind: string, payload: string): void {
    if (kind === 'secret') this.secrets.add(payload);
    if (kind !== 'event' && kind !== 'stream') return;
    const parts = membersOf(payload);
    const [name, data] = kind === 'event' ? ['type', 'data'] : ['dataType', 'payload'];
    this.add(kind, JSON.parse(parts.get(name) ?? '""') as string, parts.get(data) ?? 'null');
  }

  private add(kind: Effect['kind'], name: string, data: string): void {
    this.tell({ kind, name, data: this.secrets.hide(data) });
  }
}
