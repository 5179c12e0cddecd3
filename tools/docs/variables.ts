/** The environment variables that the processes read, from the slices that their code declares. */
import type { ConfigSlice, Variable } from '@app/platform/config';

export interface DocumentedVariable {
  readonly name: string;
  readonly slice: string;
  readonly type: string;
  readonly fallback: string;
  readonly doc: string;
  readonly processes: readonly string[];
}

/** What each process loads; declaring a slice is a side effect of loading it. */
const PROCESSES: Readonly<Record<string, readonly string[]>> = {
  api: ['../../apps/api/src/create-api'],
  'admin-api': ['../../apps/admin-api/src/create-admin-app'],
  worker: ['../../apps/worker/src/create-worker', '../../libs/builds/src/worker'],
};

/** Every variable that some process reads, once, in the order of slices and their keys. */
export function variablesOfProcesses(): readonly DocumentedVariable[] {
  const found = new Map<string, DocumentedVariable>();
  for (const [process, files] of Object.entries(PROCESSES)) {
    for (const { name: slice, variables } of slicesOf(files)) {
      for (const variable of Object.values(variables)) {
        const known = found.get(variable.name);
        found.set(variable.name, {
          ...(known ?? { ...described(variable), slice }),
          processes: [...(known?.processes ?? []), process].filter((each, i, all) => all.indexOf(each) === i),
        });
      }
    }
  }
  return [...found.values()];
}

/** The slices declared by these files and whatever they load, in a registry of modules of their own. */
function slicesOf(files: readonly string[]): readonly ConfigSlice[] {
  jest.resetModules();
  for (const file of files) jest.requireActual<object>(file);
  const config = jest.requireActual<{ declaredSlices(): readonly ConfigSlice[] }>('@app/platform/config');
  return config.declaredSlices();
}

function described({
  name,
  schema,
  doc,
  shownDefault,
}: Variable): Omit<DocumentedVariable, 'slice' | 'processes'> {
  const { type, fallback } = textFacts(schema);
  return { name, type, fallback: shownDefault ?? fallback, doc };
}

/** What the schema says of the text in the variable: its kind (values.ts) and the text that stands for an absent one. */
function textFacts(schema: Variable['schema']): { readonly type: string; readonly fallback: string } {
  const type = schema.meta()?.description ?? 'text';
  return { type, fallback: fallbackOf(schema) };
}

interface Inner {
  readonly type: string;
  readonly in?: { readonly def: Inner };
  readonly innerType?: { readonly def: Inner };
  readonly defaultValue?: unknown;
}

function fallbackOf(schema: Variable['schema']): string {
  for (let def: Inner | undefined = schema.def as Inner; def !== undefined;) {
    if (def.type === 'default')
      return String(def.defaultValue) === '' ? 'none' : `\`${String(def.defaultValue)}\``;
    if (def.type === 'optional') return 'none';
    def = (def.in ?? def.innerType)?.def;
  }
  return '**required**';
}
