import type { Program } from '../analyse/program';
import { DiagnosticSink } from '../diagnostics/sink';
import { agentsOf, workflowsOf } from './agents';
import { CallGraph } from './call-graph';
import { findCandidates } from './entry-points';
import type { Candidate } from './entry-points';
import { initializer, refuseSecondInitializers } from './initializers';
import { mcpTool } from './mcp';
import type {
  EventHandler,
  Extraction,
  ExtractionOptions,
  Initializer,
  McpTool,
  ScheduledFunction,
  SendTargets,
  Webhook,
} from './model';
import { complain } from './reader';
import type { Extractor } from './reader';
import { boxRequirement, ctxRequirements, reachableFunctions } from './requirements';
import { sendTargets, withSends } from './sends';
import { eventHandler, scheduledFunction, webhook } from './triggers';

/** What the program declares. Of a program with errors, as much as can be told. */
export function extractDefinitions(
  program: Program,
  options: ExtractionOptions = { checkSchedule: null },
): Extraction {
  const x: Extractor = { program, sink: new DiagnosticSink() };
  const found = findCandidates(x);
  const entries = new Set(found.flatMap(({ fn }) => (fn ? [fn] : [])));
  const graph = new CallGraph(program);
  const sends: SendTargets[] = [];
  const candidates = found.map((candidate): Candidate => {
    const targets = sendTargets(x, graph, candidate, entries);
    if (targets.length === 0) return candidate;
    sends.push({ fn: candidate.entry.fn, targets });
    return { ...candidate, entry: { ...candidate.entry, meta: withSends(candidate.entry.meta, targets) } };
  });

  const eventHandlers: EventHandler[] = [];
  const schedules: ScheduledFunction[] = [];
  const webhooks: Webhook[] = [];
  const mcpTools: McpTool[] = [];
  const initializers: Initializer[] = [];
  for (const candidate of candidates) {
    const { reader } = candidate;
    if (reader.has('on-event')) push(eventHandlers, eventHandler(x, candidate));
    if (reader.has('schedule')) push(schedules, scheduledFunction(x, candidate, options));
    if (reader.has('webhook')) push(webhooks, webhook(x, candidate));
    if (reader.has('mcp')) push(mcpTools, mcpTool(x, candidate));
    if (reader.has('on-initialize')) push(initializers, initializer(x, candidate));
  }
  unique(x, candidates, webhooks, (one) => `webhook ${one.method} ${one.service}${one.path}`);
  unique(x, candidates, mcpTools, (one) => `MCP tool ${one.service}/${one.toolName}`);
  refuseSecondInitializers(x, candidates, initializers);

  const reached = reachableFunctions(x, graph, entries);
  const definitions = {
    eventHandlers,
    schedules,
    webhooks,
    mcpTools,
    initializers,
    agents: agentsOf(x),
    workflows: workflowsOf(x),
    sends: sends.sort((a, b) => (a.fn < b.fn ? -1 : 1)),
    ctx: ctxRequirements(x, reached),
    box: boxRequirement(x, reached),
  };
  return { definitions, diagnostics: x.sink.sorted() };
}

function push<T>(list: T[], item: T | null): void {
  if (item !== null) list.push(item);
}

/** Two of one kind that answer to the same address: an error that names both functions. */
function unique<T extends { readonly fn: string }>(
  x: Extractor,
  candidates: readonly Candidate[],
  list: readonly T[],
  key: (one: T) => string,
): void {
  const seen = new Map<string, T>();
  for (const one of list) {
    const name = key(one);
    const other = seen.get(name);
    const owner = candidates.find((candidate) => candidate.entry.fn === one.fn)?.member;
    if (other && owner) complain(x, owner, `${name} is declared by both '${other.fn}' and '${one.fn}'`);
    seen.set(name, one);
  }
}
