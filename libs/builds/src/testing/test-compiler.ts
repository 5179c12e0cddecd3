/**
 * A language of seven statements, so that tests of builds do not depend on the real one: `on <event type> <function>
 * [meta as JSON]`, `at <function> <expression>`, `fn <function>`, `agent <type> <function>…`, `only <type>`,
 * `init <function> [agent]`, and `error <text>`, which does not compile. Manifests are JSON after their name.
 */
import { createHash } from 'node:crypto';
import { createBundle, type SourceText } from '@app/bundle';
import {
  CompileError,
  ProgramCompiler,
  splitQualifiedName,
  type CompiledProgram,
  type FunctionDefinition,
  type InitializerDefinition,
} from '@app/builds';
import { newId } from '@app/kernel';

export interface TestBundleOptions {
  readonly project?: string;
  readonly buildId?: string;
  /** Fields of the manifest that replace or join the usual ones. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly resources?: readonly { readonly path: string; readonly content: Buffer }[];
}

/** An archive of one source file. */
export function testBundle(source: string, options: TestBundleOptions = {}): Buffer {
  return createBundle({
    projectName: options.project ?? 'test',
    buildId: options.buildId ?? newId(),
    sources: [{ path: 'hot/src/main.hot', content: Buffer.from(source) }],
    resources: options.resources ?? [],
    definitions: {},
    createdAt: '2026-01-01T00:00:00Z',
    print: (name, value) => `${name} ${JSON.stringify({ ...value, ...options.manifest })}`,
  }).archive;
}

export class TestCompiler extends ProgramCompiler {
  override id = 'test';
  compilations = 0;
  /** Awaited before each compilation: to let something happen in between. */
  before: () => Promise<void> = async () => undefined;

  override parseManifest(text: string): unknown {
    return JSON.parse(text.slice(text.indexOf(' ')));
  }

  override accepts(artifact: Buffer): boolean {
    return artifact.toString().startsWith(`${this.id}:`);
  }

  override async compile(sources: readonly SourceText[]): Promise<CompiledProgram> {
    this.compilations += 1;
    await this.before();
    const handlers: Record<string, FunctionDefinition[]> = {};
    const scheduled: Record<string, FunctionDefinition[]> = {};
    const functions: string[] = [];
    const agents: object[] = [];
    const functionAgents: Record<string, string> = {};
    const onlyAgents: string[] = [];
    const initializers: InitializerDefinition[] = [];
    for (const { path, text } of sources) {
      text.split('\n').forEach((line, index) => {
        const [word = '', first = '', second = '', meta = '{}'] = line.split(' ');
        if (word === 'error') throw new CompileError(`${path}:${index + 1}: ${line.slice(6)}`);
        if (word === 'fn') functions.push(first);
        if (word === 'agent') {
          const { ns, var: name } = splitQualifiedName(first);
          agents.push({ namespace: ns, type_name: name });
          for (const fn of line.split(' ').slice(2)) functionAgents[fn] = first;
        }
        if (word === 'only') onlyAgents.push(first);
        if (word === 'init') {
          functions.push(first);
          initializers.push({ fn: first, meta: {}, agent: second || null, takes_load: true });
        }
        if (word === 'at') {
          functions.push(first);
          const schedule = line.slice(first.length + 4);
          (scheduled[schedule] ??= []).push({ fn: first, meta: { schedule }, file: path, line: index + 1 });
        }
        if (word !== 'on') return;
        functions.push(second);
        const parsed = JSON.parse(meta) as Record<string, unknown>;
        (handlers[first] ??= []).push({
          fn: second,
          meta: parsed,
          agent: typeof parsed['agent'] === 'string' ? parsed['agent'] : null,
          file: path,
          line: index + 1,
          column: 1,
          position: 0,
        });
      });
    }
    const artifact = Buffer.from(`${this.id}:${sources.map((source) => source.text).join('\n')}`);
    const artifactHash = createHash('sha256').update(artifact).digest('hex');
    return {
      artifactHash,
      artifact,
      definitions: {
        event_handlers: handlers,
        scheduled_functions: scheduled,
        function_agents: functionAgents,
        agents,
        functions,
        only_agents: onlyAgents,
        initializers,
      },
      docs: { '': JSON.stringify({ functions }) },
      warnings: [],
    };
  }
}
