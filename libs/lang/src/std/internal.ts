/** What packages for models build on: functions as tools, skills, and their sizes in tokens. */
import { callAsync, callNowSync, functionOf, paramsOfClosure } from '../runtime/call';
import { HotMap } from '../runtime/hot-map';
import { readJson } from '../runtime/json-read';
import { metaValue } from '../runtime/program-rt';
import { shortTypeOf } from '../runtime/types';
import { err, HotFn, Res, type Fiber, type Value } from '../runtime/values';
import { native, type NativeDef } from '../runtime/native-def';
import { hostCall, record } from './hosted/call';
import { payloadOf } from './limits';

const MCP = '::hot::internal::mcp';
const SKILL = '::hot::internal::skill';
const TOKENIZER = '::hot::internal::tokenizer';

const ENCODINGS = [
  'o200k_harmony',
  'o200k_base',
  'cl100k_base',
  'p50k_base',
  'p50k_edit',
  'r50k_base',
  'gpt2',
] as const;

const nameOf = (fb: Fiber, v: Value): string | null => functionOf(fb.r.program, v, true)?.name ?? null;

const shown = (v: Value, name: string | null): string =>
  name ?? (typeof v === 'string' ? v : v instanceof HotFn ? '<function>' : shortTypeOf(v));

const asValue = (fb: Fiber, schema: unknown): Value =>
  readJson(JSON.stringify(schema), fb.r.program.typeNamed);

// ---- tools ------------------------------------------------------------------------------------------------------------

interface Prepared {
  readonly f: HotFn;
  readonly args: Value[];
}

/** Arguments by the names of the parameters. */
function prepare(fb: Fiber, target: Value, given: Value): Prepared | Res {
  const fn = `${MCP}/invoke-with-input`;
  const f = functionOf(fb.r.program, target, true);
  if (f === null) return err(`${fn}: expected a function, got ${shortTypeOf(target)}`);
  const input = payloadOf(given);
  if (!(input instanceof HotMap)) return err(`${fn}: input must be a Map, got ${shortTypeOf(given)}`);
  const params = f.name === null ? paramsOfClosure(f) : fb.r.program.paramNames(f.name);
  if (params === null) return err(`${fn}: the parameters of ${shown(target, f.name)} are not known`);
  return { f, args: params.map((name) => input.getStr(name) ?? null) };
}

// ---- skills -----------------------------------------------------------------------------------------------------------

function skillOf(fb: Fiber, name: string): HotMap | null {
  const meta = fb.r.program.definitionOf(name)?.meta ?? null;
  const value = meta === null ? null : metaValue(meta);
  const skill = value instanceof HotMap ? value.getStr('skill') : null;
  return skill instanceof HotMap ? skill.set('fn-name', name) : null;
}

export const INTERNAL: readonly NativeDef[] = [
  native(`${MCP}/schema-from-fn`, {
    sig: '(f: Fn): Map',
    doc: 'The JSON Schemas of what a function takes and gives, with its name and description.',
    s: (fb, _d, _s, f = null) => {
      const name = nameOf(fb, f);
      const found = fb.r.program.tables.schemas.find((one) => one.fn === name);
      if (found !== undefined) return asValue(fb, found.schema);
      return err(
        `${MCP}/schema-from-fn: no schema registered for '${shown(f, name)}'; it must be a named function`,
      );
    },
  }),
  native(`${MCP}/all-tool-schemas`, {
    sig: '(): Vec<Map>',
    doc: 'The schemas of all functions with `tool` or `mcp` in their metadata.',
    s: (fb) =>
      fb.r.program.tables.schemas.filter(({ tool }) => tool === 1).map(({ schema }) => asValue(fb, schema)),
  }),
  native(`${MCP}/invoke-with-input`, {
    sig: '(f: Fn, input: Map): Any',
    doc: 'Calls a function with the fields of a Map as its arguments, by name; what is missing is null.',
    poly: [{ index: 0, byName: true }],
    s: (fb, d, site, f = null, input = null) => {
      const it = prepare(fb, f, input);
      return it instanceof Res ? it : callNowSync(it.f, fb, d - 1, site, it.args);
    },
    a: async (fb, d, site, f = null, input = null) => {
      const it = prepare(fb, f, input);
      return it instanceof Res ? it : callAsync(it.f, fb, d - 1, site, it.args);
    },
  }),
  native(`${SKILL}/meta-from-fn`, {
    sig: '(f: Fn): Map',
    doc: 'What the metadata of a function says under `skill`, with its full name.',
    s: (fb, _d, _s, f = null) => {
      const name = nameOf(fb, f);
      const skill = name === null ? null : skillOf(fb, name);
      return skill ?? err(`${SKILL}/meta-from-fn: no skill registered for '${shown(f, name)}'`);
    },
  }),
  native(`${SKILL}/all-skill-metas`, {
    sig: '(): Vec<Map>',
    doc: 'The skills of all functions of the program.',
    s: (fb) =>
      fb.r.program.tables.namespaces.flatMap(([, functions]) =>
        functions.flatMap(({ name }) => skillOf(fb, name) ?? []),
      ),
  }),
  native(`${TOKENIZER}/count`, {
    sig: '(text: Str, encoding: Str): Int',
    doc: 'How many tokens a text has.',
    a: async (fb, _d, site, text = null, encoding = null) => {
      const fn = `${TOKENIZER}/count`;
      if (typeof text !== 'string') return err(`${fn}: text must be a string`);
      if (!ENCODINGS.some((one) => one === encoding))
        return err(
          `${fn}: unknown encoding '${typeof encoding === 'string' ? encoding : shortTypeOf(encoding)}'`,
        );
      return hostCall(fb, site, fn, 'tokenizer.count', record({ text, encoding }));
    },
  }),
  native(`${TOKENIZER}/encodings`, {
    sig: '(): Vec<Str>',
    doc: 'The encodings that there are.',
    s: () => [...ENCODINGS],
  }),
];
