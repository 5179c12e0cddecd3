/** What a schedule's text means: the language's own grammar, and a time zone that may stand at its end. */
import { parseSchedule } from '@app/lang';
import { CronError, normaliseCron, parseCron } from './cron';
import { nextOccurrence } from './occurrences';
import { Zone } from './zone';

export type Timing =
  /** Once, at that instant. */
  { readonly kind: 'at'; readonly atMs: number } | { readonly kind: 'cron'; readonly cron: string };

export interface Expression {
  readonly timing: Timing;
  /** IANA name. */
  readonly timezone: string;
}

/** The expression can't be used; the message is a sentence for its author. */
export class ExpressionError extends Error {
  constructor(text: string, reason: string) {
    super(`Invalid schedule expression '${text}': ${reason}`);
    this.name = 'ExpressionError';
  }
}

const ZONE_AT_END = /^(.*\S)\s+(?:in\s+)?([A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)+|UTC|GMT)$/;
const LOCAL_INSTANT = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/;

/**
 * @param timezone said beside the expression; null when nothing was said
 * @param nowMs what delays count from
 * @throws ExpressionError
 */
export function readExpression(text: string, timezone: string | null, nowMs: number): Expression {
  const [, body = text.trim(), named = null] = withZone(text);
  if (named !== null && timezone !== null && named !== timezone)
    throw new ExpressionError(text, `it names the time zone ${named}, and ${timezone} is given beside it`);
  const zone = Zone.named(named ?? timezone ?? 'UTC');
  if (zone === null) throw new ExpressionError(text, `there is no time zone '${named ?? timezone ?? ''}'`);
  if (LOCAL_INSTANT.test(body)) {
    const localMs = Date.parse(`${body.replace(' ', 'T').toUpperCase()}Z`);
    if (Number.isNaN(localMs)) throw new ExpressionError(text, 'there is no such date');
    return { timing: { kind: 'at', atMs: zone.instantOf(localMs) }, timezone: zone.name };
  }
  const parsed = parseSchedule(body, nowMs);
  if ('problem' in parsed) throw new ExpressionError(text, parsed.problem);
  if (parsed.kind === 'at') return { timing: { kind: 'at', atMs: parsed.ms }, timezone: zone.name };
  return { timing: { kind: 'cron', cron: usable(text, parsed.cron, zone, nowMs) }, timezone: zone.name };
}

/** As stored: seven fields, or `@at:` and the instant. */
export function timingText(timing: Timing): string {
  return timing.kind === 'at' ? `@at:${new Date(timing.atMs).toISOString()}` : timing.cron;
}

function withZone(text: string): readonly (string | undefined)[] {
  const found = ZONE_AT_END.exec(text.trim());
  return found !== null && Zone.named(found[2] ?? '') !== null ? found : [];
}

function usable(text: string, cron: string, zone: Zone, nowMs: number): string {
  try {
    const next = nextOccurrence(parseCron(cron), zone, nowMs);
    if (next !== null) return normaliseCron(cron);
  } catch (error) {
    if (error instanceof CronError) throw new ExpressionError(text, error.message);
    throw error;
  }
  throw new ExpressionError(text, 'it never happens');
}
