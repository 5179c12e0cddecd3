/** The arguments of a host call: values of programs are passed on as they are written. */
import { cut, scanJson } from '@app/events';
import { parseUuid } from '@app/kernel';
import { TaskRefusedError } from './task.errors';

export class TaskArgs {
  constructor(private readonly json: string) {}

  /** As it is written; null for what is missing or null. */
  raw(name: string): string | null {
    const scan = scanJson(this.json);
    const span = scan.ok ? scan.members.get(name) : undefined;
    const text = span === undefined ? 'null' : cut(this.json, span);
    return text === 'null' ? null : text;
  }

  value(name: string): unknown {
    return JSON.parse(this.raw(name) ?? 'null');
  }

  text(name: string): string {
    const value = this.value(name);
    if (typeof value !== 'string') throw new TaskRefusedError('invalid', `${name} must be a text`);
    return value;
  }

  count(name: string): number {
    const value = this.value(name);
    if (typeof value !== 'number' || !(value >= 0))
      throw new TaskRefusedError('invalid', `${name} must be a number`);
    return value;
  }

  taskId(): string {
    const id = parseUuid(this.text('taskId'));
    if (id === null) throw new TaskRefusedError('invalid', 'taskId must be the id of a task');
    return id;
  }
}
