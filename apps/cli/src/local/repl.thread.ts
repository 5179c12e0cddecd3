/**
 * Where a prompt evaluates: a thread, so that the prompt can stop a program that never ends. Messages in: an entry;
 * messages out: what it wrote, how it ended, and the names that there are now.
 */
import { parentPort, workerData } from 'node:worker_threads';
import {
  compileProject,
  newSession,
  renderPretty,
  SNIPPET_VALUE,
  type Program,
  type ProgramSource,
  type RunOutcome,
} from '@app/lang';
import { LocalRuns, saying } from './local-runs';
import type { LocalSettings } from './local-services';
import { LocalIdentity } from './run-info';

export interface ReplStart {
  readonly sources: readonly ProgramSource[];
  readonly projectName: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly settings: LocalSettings;
  /** Whether events and the like are not said. */
  readonly quiet: boolean;
  readonly colour: boolean;
  /** Of one slot; the prompt writes the stop word. */
  readonly control: Int32Array;
}

export type ReplMessage =
  | { readonly kind: 'write'; readonly stream: 'out' | 'err'; readonly text: string }
  | { readonly kind: 'problem'; readonly text: string; readonly namespace: string }
  | {
      readonly kind: 'outcome';
      readonly outcome: RunOutcome;
      readonly namespace: string;
      readonly names: readonly string[];
    };

const start = workerData as ReplStart;
const session = newSession();
const entries: ProgramSource[] = [];
let namespace = '::hot::main';

const send = (message: ReplMessage): void => parentPort?.postMessage(message);
let hash = '';
const runs = new LocalRuns({
  type: 'repl',
  settings: start.settings,
  identity: new LocalIdentity(start.projectName, start.env),
  write: (stream, text) => send({ kind: 'write', stream, text }),
  tell: start.quiet
    ? () => undefined
    : saying((line) => send({ kind: 'write', stream: 'err', text: `${line}\n` })),
  runTask: (...task) => session.beside(...task),
  buildHash: () => hash,
});

async function evaluate(text: string): Promise<void> {
  const entry: ProgramSource = { name: `entry ${entries.length + 1}`, text, origin: 'snippet', namespace };
  const { program, diagnostics, artifact } = compileProject([...start.sources, ...entries, entry], {
    policy: 'shadow',
  });
  if (artifact === null) {
    const errors = diagnostics.filter((each) => each.severity === 'error');
    const shown = errors.map((each) => renderPretty(program.files, each, start.colour));
    send({ kind: 'problem', text: shown.join('\n\n'), namespace });
    return;
  }
  entries.push(entry);
  namespace = lastNamespace(text) ?? namespace;
  hash = artifact.hash;
  const control = { words: start.control, slot: 0 };
  const outcome = await session.run(artifact, runs.request(SNIPPET_VALUE), runs.host, control);
  send({ kind: 'outcome', outcome, namespace, names: namesIn(program, namespace) });
}

const lastNamespace = (text: string): string | undefined =>
  [...text.matchAll(/^\s*(::[\w:-]+)(?:\s+meta\b.*)?\s+ns\b/gm)].at(-1)?.[1];

/** For completion: names of the present namespace as they are, all others in full. */
function namesIn(program: Program, present: string): readonly string[] {
  return program.namespaces.flatMap((ns) =>
    [...ns.members.keys()].flatMap((name) =>
      ns.name === present ? [name, `${ns.name}/${name}`] : [`${ns.name}/${name}`],
    ),
  );
}

// One entry after the other: a prompt waits for its outcome.
parentPort?.on('message', (text: string) => void evaluate(text));
