/** Definitions → the collections of a bundle's manifest. */
import { setKey } from './json';
import type { Json, JsonObject } from './json';
import type { Definitions, EntryPoint, Located } from './model';

/** Fields without a value are left out. */
function object(fields: Readonly<Record<string, Json>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function place({ file, line, column, position }: Located): Readonly<Record<string, Json>> {
  return { file, line, column, position };
}

function entry(one: EntryPoint): Readonly<Record<string, Json>> {
  return { fn: one.fn, meta: one.meta, ...place(one) };
}

function grouped<T>(list: readonly T[], key: (one: T) => string, shape: (one: T) => JsonObject): JsonObject {
  const groups: Record<string, JsonObject[]> = {};
  for (const one of list) {
    const name = key(one);
    const group = Object.hasOwn(groups, name) ? groups[name] : undefined;
    if (group) group.push(shape(one));
    else setKey(groups, name, [shape(one)]);
  }
  return groups;
}

export function toManifest(definitions: Definitions): JsonObject {
  const { eventHandlers, schedules, mcpTools, webhooks, agents, workflows, sends, ctx, box } = definitions;
  const { initializers } = definitions;
  const sendTargets: Record<string, Json> = {};
  for (const { fn, targets } of sends)
    setKey(
      sendTargets,
      fn,
      targets.map((target) => target.event),
    );
  return {
    event_handlers: grouped(
      eventHandlers,
      (one) => one.eventType,
      (one) => object(entry(one)),
    ),
    scheduled_functions: grouped(
      schedules,
      (one) => one.expression,
      (one) => object(entry(one)),
    ),
    mcp_tools: grouped(
      mcpTools,
      (one) => one.service,
      (one) =>
        object({
          service: one.service,
          name: one.toolName,
          auth_mode: one.auth,
          ...entry(one),
          description: one.description,
          title: one.title,
          input_schema: one.inputSchema,
          output_schema: one.outputSchema,
          icons: one.icons,
          annotations: one.annotations,
          params: one.params,
          secret_headers: one.secretHeaders.length > 0 ? one.secretHeaders : null,
        }),
    ),
    webhooks: grouped(
      webhooks,
      (one) => one.service,
      (one) =>
        object({
          service: one.service,
          path: one.path,
          method: one.method,
          name: one.webhookName,
          ...entry(one),
          description: one.description,
          auth_mode: one.auth,
          secret_headers: one.secretHeaders.length > 0 ? one.secretHeaders : null,
        }),
    ),
    ...(initializers.length === 0
      ? {}
      : { initializers: initializers.map((one) => ({ ...entry(one), takes_load: one.takesLoad })) }),
    agents: agents.map((one) =>
      object({
        type_name: one.typeName,
        namespace: one.ns,
        name: one.name,
        description: one.description,
        tags: one.tags,
        mcp_servers: one.mcpServers,
        config_fields: one.configFields.map((field) => ({ name: field.name, type: field.type })),
        meta: one.meta,
        ...place(one),
      }),
    ),
    workflows: workflows.map((one) =>
      object({
        type_name: one.typeName,
        namespace: one.ns,
        name: one.name,
        description: one.description,
        tags: one.tags,
        meta: one.meta,
        ...place(one),
      }),
    ),
    send_targets: sendTargets,
    ctx_requirements: ctx
      .filter((one) => one.required)
      .map((one) => object({ key: one.key, 'declared-by': one.declaredBy, 'source-file': one.sourceFile })),
    box_requirements: boxJson(box),
  };
}

function boxJson(box: Definitions['box']): JsonObject {
  if (box.functions.length === 0) return {};
  return object({
    min_size: box.minSize,
    network: box.network ? true : null,
    functions: box.functions.map((one) =>
      object({ fn: one.fn, min_size: one.minSize, network: one.network ? true : null, file: one.file }),
    ),
  });
}
