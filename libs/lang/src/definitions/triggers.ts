/** Event handlers, schedules and webhooks. */
import { parseSchedule } from '../schedule';
import type { Candidate } from './entry-points';
import { takesArgument } from './entry-points';
import type {
  AuthMode,
  EventHandler,
  ExtractionOptions,
  RetryPolicy,
  ScheduledFunction,
  Webhook,
} from './model';
import { complain } from './reader';
import type { Extractor, MetaReader } from './reader';

export const AUTH_MODES: readonly AuthMode[] = ['none', 'required'];

export function eventHandler(x: Extractor, candidate: Candidate): EventHandler | null {
  const { reader, member, entry } = candidate;
  const eventType = reader.requiredStr('on-event');
  if (!takesArgument(candidate)) {
    complain(
      x,
      member,
      `Event handler must accept an event parameter: '${member.fullName}' is called with the event, ` +
        'a map of type, data, id, stream-id and time',
      'invalid-event-handler',
    );
    return null;
  }
  if (eventType === null) return null;
  return { ...entry, eventType, once: reader.bool('once', false), retry: retryPolicy(reader) };
}

export function scheduledFunction(
  x: Extractor,
  candidate: Candidate,
  options: ExtractionOptions,
): ScheduledFunction | null {
  const { reader, member, entry } = candidate;
  const expression = reader.requiredStr('schedule');
  const timezone = reader.str('timezone');
  if (!takesArgument(candidate)) {
    complain(
      x,
      member,
      `Scheduled function must accept an event parameter: '${member.fullName}' is called with a map of type, ` +
        'schedule_id, scheduled_at and is_backfill',
      'invalid-scheduled-function',
    );
    return null;
  }
  if (expression === null) return null;
  const reason =
    scheduleProblem(expression) ??
    options.checkSchedule?.(expression, timezone) ??
    grammarProblem(expression);
  if (reason !== null) {
    complain(x, member, `'${member.fullName}': Invalid schedule expression '${expression}': ${reason}`);
    return null;
  }
  return { ...entry, expression, timezone, retry: retryPolicy(reader) };
}

const DURATION = /^(?:(?:in|after)\s+)?(?:\d+\s*[a-z]+\s*)+(?:\s*from\s+now)?$/i;
const POINT_IN_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/;
const MAX_EXPRESSION = 500;

/** Schedules of a build recur. */
function scheduleProblem(expression: string): string | null {
  const text = expression.trim();
  if (text.length > MAX_EXPRESSION) return `longer than ${MAX_EXPRESSION} characters`;
  if (POINT_IN_TIME.test(text) || isDuration(text)) {
    return 'one-time expressions are only for hot:schedule:new';
  }
  return null;
}

function grammarProblem(expression: string): string | null {
  const parsed = parseSchedule(expression, 0);
  return 'problem' in parsed ? parsed.problem : null;
}

const UNITS =
  /^(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|M|months?|y|years?|ms|us|ns)$/i;

/** `10m`, `in 2 hours`; not `0 9 * * 1`, and not `9 am every day`. */
function isDuration(text: string): boolean {
  if (!DURATION.test(text)) return false;
  const units =
    text
      .replace(/^(in|after)\s+/i, '')
      .replace(/\s*from\s+now$/i, '')
      .match(/[a-z]+/gi) ?? [];
  return units.length > 0 && units.every((unit) => UNITS.test(unit));
}

const BACKOFFS = ['fixed', 'exponential', 'linear'] as const;

export function retryPolicy(reader: MetaReader): RetryPolicy | null {
  const value = reader.get('retry');
  if (value === null) return null;
  const defaults: RetryPolicy = {
    attempts: 0,
    delay: 1000,
    backoff: 'fixed',
    maxDelay: 300_000,
    jitter: false,
  };
  if (value.type === 'int') return { ...defaults, attempts: reader.count('retry', 0) };
  const map = value.type === 'map' ? reader.map('retry') : null;
  if (!map) {
    reader.wrong('retry', 'an Int or a Map');
    return null;
  }
  const maxKey = map.has('max-delay') ? 'max-delay' : 'max_delay';
  return {
    attempts: map.count('attempts', defaults.attempts),
    delay: map.count('delay', defaults.delay),
    backoff: map.oneOf('backoff', BACKOFFS, 'fixed'),
    maxDelay: map.count(maxKey, defaults.maxDelay),
    jitter: map.bool('jitter', false),
  };
}

/** Those that an address is asked with. HEAD and OPTIONS are questions about it, which no function answers. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export function webhook(x: Extractor, candidate: Candidate): Webhook | null {
  const { reader, member, entry } = candidate;
  const map = reader.map('webhook');
  if (!map) return null;
  const service = serviceName(x, candidate, map);
  const path = map.requiredStr('path');
  const method = (map.str('method') ?? 'POST').toUpperCase();
  if (!METHODS.includes(method)) {
    complain(
      x,
      member,
      `'${member.fullName}': webhook.method is "${method}", not one of ${METHODS.join(', ')}`,
    );
  }
  if (!takesArgument(candidate)) {
    complain(
      x,
      member,
      `Webhook must accept a request parameter: '${member.fullName}' is called with the HttpRequest`,
    );
    return null;
  }
  if (service === null || path === null || !isPath(x, candidate, path)) return null;
  return {
    ...entry,
    service,
    path: `/${path.replace(/^\/+/, '')}`,
    method,
    webhookName: map.str('name') ?? automaticName(member.ns.name, member.name, false),
    description: map.str('description') ?? entry.doc,
    auth: map.oneOf('auth', AUTH_MODES, 'none'),
    secretHeaders: secretHeaders(reader),
  };
}

/** A path that a request can have, letter for letter. */
const PATH = /^\/*(?:[^\s/?#%\\\p{Cc}]+(?:\/[^\s/?#%\\\p{Cc}]+)*)?$/u;

function isPath(x: Extractor, { member }: Candidate, path: string): boolean {
  if (PATH.test(path) && !path.split('/').some((part) => part === '.' || part === '..')) return true;
  complain(
    x,
    member,
    `'${member.fullName}': webhook.path "${path}" may have segments between single slashes, without spaces, '?', '#', '%' and '\\'`,
  );
  return false;
}

export function secretHeaders(reader: MetaReader): readonly string[] {
  return [...new Set(reader.strings('secret-headers').map((name) => name.toLowerCase()))];
}

const SERVICE = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/;

export function serviceName(x: Extractor, { member }: Candidate, map: MetaReader): string | null {
  const service = map.requiredStr('service');
  if (service === null || SERVICE.test(service)) return service;
  complain(
    x,
    member,
    `'${member.fullName}': service "${service}" may have letters, digits, '.', '_' and '-', and '.' and '-' not at its ends`,
  );
  return null;
}

/** `::shop::api` `get-x` → `shop_api_get_x`; webhooks keep the hyphens of the namespace. */
export function automaticName(ns: string, name: string, everywhere: boolean): string {
  const space = ns.slice(2).split('::').join('_');
  const short = name.replaceAll('-', '_');
  return `${everywhere ? space.replaceAll('-', '_') : space}_${short}`;
}
