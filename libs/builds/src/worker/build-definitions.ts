import { toManifest, type Definitions, type EntryPoint } from '@app/lang';
import type { BuildDefinitions, ContextNeed, FunctionDefinition } from '@app/builds';

/**
 * What the compiler found, as it is stored: the collections of a manifest, with handlers that also say which agent they
 * belong to, the agents of all entry points, and the names of everything that can be called.
 */
export function buildDefinitions(found: Definitions, functions: readonly string[]): BuildDefinitions {
  return {
    ...toManifest(found),
    event_handlers: handlersByType(found),
    function_agents: agentsByFunction(found),
    functions,
    ...initializersOf(found),
    ...onlyAgentsOf(found),
    context: found.ctx.map(toNeed),
  };
}

function handlersByType(found: Definitions): BuildDefinitions['event_handlers'] {
  const groups = Map.groupBy(found.eventHandlers, (handler) => handler.eventType);
  // fromEntries defines own properties, whatever an event type is called.
  return Object.fromEntries([...groups].map(([type, handlers]) => [type, handlers.map(toFunction)]));
}

function agentsByFunction(found: Definitions) {
  const { eventHandlers, schedules, webhooks, mcpTools, initializers } = found;
  const all: readonly EntryPoint[] = [
    ...eventHandlers,
    ...schedules,
    ...webhooks,
    ...mcpTools,
    ...initializers,
  ];
  return Object.fromEntries(all.flatMap(({ fn, agent }) => (agent === null ? [] : [[fn, agent] as const])));
}

/** The project's own comes first: its agents may rely on it. */
function initializersOf({ initializers }: Definitions): Pick<BuildDefinitions, 'initializers'> {
  if (initializers.length === 0) return {};
  const inOrder = initializers.toSorted((a, b) => Number(a.agent !== null) - Number(b.agent !== null));
  return { initializers: inOrder.map((one) => ({ ...toFunction(one), takes_load: one.takesLoad })) };
}

function onlyAgentsOf({ agents }: Definitions): Pick<BuildDefinitions, 'only_agents'> {
  const types = agents.filter((one) => one.meta['only-app'] === true).map((one) => one.fullName);
  return types.length === 0 ? {} : { only_agents: types };
}

function toNeed({ key, declaredBy, sourceFile, required, secret }: Definitions['ctx'][number]): ContextNeed {
  return { key, declaredBy, sourceFile, required, secret };
}

function toFunction({ fn, meta, agent, file, line, column, position }: EntryPoint): FunctionDefinition {
  return { fn, meta, agent, file, line, column, position };
}
