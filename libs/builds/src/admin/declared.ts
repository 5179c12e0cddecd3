/** What serving builds declare, read from the stored manifest shapes: whatever is missing or odd is left out. */
import type { AgentHandler, RetryWords, SourceRef, TriggerKindName } from '@app/contracts';
import { DEFAULT_RETRY_LIMITS, readRetryPolicy } from '@app/dispatch';

/** A serving build with the collections of its manifest. */
export interface ServingDefinitions {
  readonly project: string;
  readonly build_id: string;
  readonly agents: unknown;
  readonly event_handlers: unknown;
  readonly scheduled_functions: unknown;
  readonly webhooks: unknown;
  readonly mcp_tools: unknown;
}

export interface DeclaredSend {
  readonly event: string;
  readonly doc: string | null;
  readonly via: string | null;
}

/** A function with one trigger. */
export interface DeclaredHandler extends Omit<AgentHandler, 'sends'> {
  readonly project: string;
  readonly build_id: string;
  /** `::ns/Type` */
  readonly agent: string | null;
  readonly sent: readonly DeclaredSend[];
  /** Id of the trigger's node, and what stands on it. */
  readonly node: { readonly id: string; readonly name: string };
}

export interface DeclaredAgent {
  readonly type: string;
  readonly namespace: string;
  readonly type_name: string;
  readonly name: string;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly fields: readonly { readonly name: string; readonly type: string }[];
  readonly at: SourceRef | null;
  readonly project: string;
  readonly build_id: string;
}

type Fields = Readonly<Record<string, unknown>>;

export function declaredAgents(builds: readonly ServingDefinitions[]): readonly DeclaredAgent[] {
  return builds.flatMap(({ agents, project, build_id }) =>
    list(agents).flatMap((entry): readonly DeclaredAgent[] => {
      const [namespace, typeName] = [text(entry['namespace']), text(entry['type_name'])];
      if (namespace === null || typeName === null) return [];
      return [
        {
          type: `${namespace}/${typeName}`,
          namespace,
          type_name: typeName,
          name: text(entry['name']) ?? typeName,
          description: text(entry['description']),
          tags: Array.isArray(entry['tags']) ? entry['tags'].filter((tag) => typeof tag === 'string') : [],
          fields: list(entry['config_fields']).flatMap((field) => {
            const [name, type] = [text(field['name']), text(field['type'])];
            return name === null ? [] : [{ name, type: type ?? '' }];
          }),
          at: placeOf(entry),
          project,
          build_id,
        },
      ];
    }),
  );
}

/** Every function with every trigger it has. */
export function declaredHandlers(builds: readonly ServingDefinitions[]): readonly DeclaredHandler[] {
  return builds.flatMap((build) => [
    ...grouped(build.event_handlers, (type, entry) =>
      handlerOf(build, entry, 'event', type, { id: `evt:${type}`, name: type }),
    ),
    ...grouped(build.scheduled_functions, (expression, entry) =>
      handlerOf(build, entry, 'schedule', expression, {
        id: `sched:${(text(entry['fn']) ?? '').replace(/^::/, '')}:${expression}`,
        name: expression,
      }),
    ),
    ...grouped(build.webhooks, (service, entry) => {
      const [path, method] = [text(entry['path']) ?? '', text(entry['method']) ?? ''];
      const name = `${method} /${service}${path}`;
      return handlerOf(build, entry, 'webhook', name, { id: `wh:${service}${path}:${method}`, name });
    }),
    ...grouped(build.mcp_tools, (service, entry) => {
      const name = `${service}/${text(entry['name']) ?? ''}`;
      return handlerOf(build, entry, 'mcp', name, { id: `mcp:${name}`, name });
    }),
  ]);
}

function handlerOf(
  build: ServingDefinitions,
  entry: Fields,
  kind: TriggerKindName,
  trigger: string,
  node: DeclaredHandler['node'],
): readonly DeclaredHandler[] {
  const fn = text(entry['fn']);
  if (fn === null) return [];
  const meta = fieldsOf(entry['meta']);
  return [
    {
      function: fn,
      kind,
      trigger,
      doc: text(meta['doc'])?.trim() ?? text(entry['description']),
      retry: kind === 'event' || kind === 'schedule' ? retryOf(meta['retry']) : null,
      at: placeOf(entry),
      project: build.project,
      build_id: build.build_id,
      agent: text(entry['agent']) ?? text(meta['agent']),
      sent: sendsOf(meta['sends']),
      node,
    },
  ];
}

export function retryOf(retry: unknown): RetryWords | null {
  const policy = readRetryPolicy(retry, DEFAULT_RETRY_LIMITS);
  if (policy.attempts === 0) return null;
  return {
    attempts: policy.attempts,
    backoff: policy.backoff,
    delay_ms: policy.delayMs,
    max_delay_ms: policy.maxDelayMs,
    jitter: policy.jitter,
  };
}

/** Entries are types, or maps that say more about one. */
export const sendsOf = (sends: unknown): readonly DeclaredSend[] =>
  (Array.isArray(sends) ? sends : []).flatMap((entry: unknown): readonly DeclaredSend[] => {
    if (typeof entry === 'string') return [{ event: entry, doc: null, via: null }];
    const { event, doc, via } = fieldsOf(entry);
    return typeof event === 'string' ? [{ event, doc: text(doc), via: text(via) }] : [];
  });

function grouped<T>(collection: unknown, read: (group: string, entry: Fields) => readonly T[]): readonly T[] {
  return Object.entries(fieldsOf(collection)).flatMap(([group, entries]) =>
    list(entries).flatMap((entry) => read(group, entry)),
  );
}

function placeOf(entry: Fields): SourceRef | null {
  const { file, line, column } = entry;
  if (typeof file !== 'string' || typeof line !== 'number') return null;
  return { file, line, column: typeof column === 'number' ? column : null };
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : []);
