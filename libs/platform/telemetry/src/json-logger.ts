import type { LoggerService } from '@nestjs/common';
import { redact } from './redact';
import { LOG_LEVELS, type LogLevel } from './telemetry.config';

/** Modules of the framework that list every class and route at start. */
const CHATTER = new Set([
  'InstanceLoader',
  'RouterExplorer',
  'RoutesResolver',
  'NestFactory',
  'NestApplication',
]);

/**
 * One line of JSON per fact, on standard error: standard output belongs to what a command prints. A fact is an object
 * with an `event`; plain text comes from libraries.
 */
export class JsonLogger implements LoggerService {
  private readonly threshold: number;

  constructor(
    private readonly app: string,
    level: LogLevel,
    private readonly write: (line: string) => void = (line) => void process.stderr.write(line),
  ) {
    this.threshold = LOG_LEVELS.indexOf(level);
  }

  log(message: unknown, ...rest: readonly unknown[]): void {
    if (typeof rest.at(-1) === 'string' && CHATTER.has(rest.at(-1) as string)) this.debug(message, ...rest);
    else this.line('info', message, rest);
  }

  error(message: unknown, ...rest: readonly unknown[]): void {
    this.line('error', message, rest);
  }

  fatal(message: unknown, ...rest: readonly unknown[]): void {
    this.line('error', message, rest);
  }

  warn(message: unknown, ...rest: readonly unknown[]): void {
    this.line('warn', message, rest);
  }

  debug(message: unknown, ...rest: readonly unknown[]): void {
    this.line('debug', message, rest);
  }

  verbose(message: unknown, ...rest: readonly unknown[]): void {
    this.line('debug', message, rest);
  }

  private line(level: LogLevel, message: unknown, rest: readonly unknown[]): void {
    if (LOG_LEVELS.indexOf(level) > this.threshold) return;
    // Nest passes the context last, and for errors the stack before it.
    const context = typeof rest.at(-1) === 'string' ? rest.at(-1) : undefined;
    const stack = rest.length > 1 && typeof rest[0] === 'string' ? rest[0] : undefined;
    const head = { time: new Date().toISOString(), level, app: this.app, context };
    this.write(`${redact(JSON.stringify({ ...head, ...facts(message), stack }))}\n`);
  }
}

function facts(message: unknown): object {
  if (message instanceof Error) return { message: message.message, stack: message.stack };
  return typeof message === 'object' && message !== null ? message : { message: String(message) };
}
