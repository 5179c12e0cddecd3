import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline/promises';
import { Worker } from 'node:worker_threads';
import {
  CONTROL_HEADER_WORDS,
  CONTROL_STOP,
  CONTROL_WORDS_PER_SLOT,
  isIncomplete,
  libraryNames,
  STOP_REASONS,
} from '@app/lang';
import { localSettings } from '../local/local-settings';
import { contextSources, projectSources } from '../local/local-sources';
import type { ReplMessage, ReplStart } from '../local/repl.thread';
import { showOutcome } from '../local/show-outcome';
import { selectProject } from '../project/select-project';
import type { Command } from './command';
import { RUN_OPTIONS } from './project-options';
import { replWord } from './repl-words';
import { valueFormat } from './value-format';

const HISTORY_LINES = 1_000;

export const replCommand: Command = {
  name: 'repl',
  summary: 'a prompt that evaluates what is typed, with the sources of the project',
  usage: 'hot repl [-p PROJECT] [--ctx FILE] [--value.format hot|json] [--quiet]',
  options: RUN_OPTIONS,
  async run({ cwd, flags, env, out }) {
    const project = await selectProject(cwd, flags, env);
    const format = valueFormat(flags, project);
    const start: ReplStart = {
      sources: [...(await contextSources(cwd, flags.texts('ctx'))), ...(await projectSources(cwd, project))],
      projectName: project.name,
      env: { ...env },
      settings: localSettings(cwd, project, true),
      quiet: flags.on('quiet'),
      colour: out.isTerminal,
      control: new Int32Array(new SharedArrayBuffer(4 * (CONTROL_HEADER_WORDS + CONTROL_WORDS_PER_SLOT))),
    };
    const evaluator = new Evaluator(start);
    const names = new Set(libraryNames());
    const history = join(env['HOT_HOME'] ?? join(homedir(), '.hot'), 'repl_history');
    const prompt = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: out.isTerminal,
      history: await readHistory(history),
      historySize: HISTORY_LINES,
      removeHistoryDuplicates: true,
      completer: (line: string) => complete(line, names),
    });
    if (out.isTerminal) out.note(`${project.name}. Ctrl-C clears or stops, Ctrl-D ends, :help tells more.`);
    let namespace = '::hot::main';
    try {
      for await (const text of entries(prompt, () => namespace, evaluator, out.isTerminal)) {
        const word = replWord(text);
        if (word?.kind === 'quit') break;
        if (word !== null) {
          out.note(word.text);
          continue;
        }
        const answer = await evaluator.evaluate(text, (stream, written) => out.write(stream, written));
        namespace = answer.namespace;
        if (answer.kind === 'problem') out.note(answer.text);
        else {
          showOutcome(answer.outcome, format, out);
          for (const name of answer.names) names.add(name);
        }
      }
    } finally {
      prompt.close();
      await evaluator.end();
      if (out.isTerminal)
        await saveHistory(history, (prompt as { readonly history?: readonly string[] }).history);
    }
    return 0;
  },
};

type Answer = Exclude<ReplMessage, { readonly kind: 'write' }>;

class Evaluator {
  private readonly thread: Worker;
  private readonly control: Int32Array;
  busy = false;

  constructor(start: ReplStart) {
    this.control = start.control;
    this.thread = new Worker(join(__dirname, '..', 'local', 'repl.thread.js'), { workerData: start });
  }

  async evaluate(text: string, write: (stream: 'out' | 'err', text: string) => void): Promise<Answer> {
    this.stopWord = STOP_REASONS.none;
    this.busy = true;
    try {
      return await new Promise<Answer>((resolve, reject) => {
        const onMessage = (message: ReplMessage): void => {
          if (message.kind === 'write') return write(message.stream, message.text);
          this.thread.off('message', onMessage).off('error', reject);
          resolve(message);
        };
        this.thread.on('message', onMessage).once('error', reject);
        this.thread.postMessage(text);
      });
    } finally {
      this.busy = false;
    }
  }

  stop(): void {
    this.stopWord = STOP_REASONS.cancelled;
  }

  async end(): Promise<void> {
    await this.thread.terminate();
  }

  private set stopWord(reason: number) {
    Atomics.store(this.control, CONTROL_HEADER_WORDS + CONTROL_STOP, reason);
  }
}

/** What was typed, entry by entry; one that is not whole yet goes on in the next line. */
async function* entries(
  prompt: Interface,
  namespace: () => string,
  evaluator: Evaluator,
  shown: boolean,
): AsyncGenerator<string> {
  let text = '';
  const ask = (): void => {
    if (!shown) return;
    prompt.setPrompt(text === '' ? `${namespace()}> ` : `${' '.repeat(namespace().length)}| `);
    prompt.prompt();
  };
  prompt.on('SIGINT', () => {
    if (evaluator.busy) return evaluator.stop();
    text = '';
    prompt.write(null, { ctrl: true, name: 'e' });
    prompt.write(null, { ctrl: true, name: 'u' });
    process.stdout.write('\n');
    ask();
  });
  ask();
  for await (const line of prompt) {
    text += text === '' ? line : `\n${line}`;
    const isWhole = line.trim() === '' || replWord(text) !== null || !isIncomplete(text);
    if (text.trim() !== '' && isWhole) {
      yield text;
      text = '';
    }
    ask();
  }
  if (text.trim() !== '') yield text;
}

function complete(line: string, names: ReadonlySet<string>): [string[], string] {
  const word = /[\w:/.-]+$/.exec(line)?.[0] ?? '';
  const hits = word === '' ? [] : [...names].filter((name) => name.startsWith(word)).sort();
  return [hits, word];
}

async function readHistory(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  // readline wants the newest first.
  return text
    .split('\n')
    .filter((line) => line !== '')
    .reverse();
}

async function saveHistory(file: string, lines: readonly string[] | undefined): Promise<void> {
  if (lines === undefined) return;
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, `${[...lines].reverse().join('\n')}\n`, { mode: 0o600 });
}
