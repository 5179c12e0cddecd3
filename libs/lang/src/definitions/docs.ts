/** Generated documentation: what a package offers, one JSON document. */
import { metaFlag, metaGet } from '../analyse/metadata';
import type {
  CellDef,
  FunctionDef,
  InitStep,
  Member,
  MetaValue,
  NamespaceDef,
  Program,
  TypeDef,
} from '../analyse/program';
import type { NativeSignature } from '../syntax/native-signature';
import { metaJson } from './json';
import type { Json } from './json';
import type { Definitions } from './model';

export interface DocParam {
  readonly name: string;
  readonly type_annotation: string | null;
  readonly is_lazy: boolean;
  readonly is_variadic: boolean;
}
export interface DocSignature {
  readonly params: readonly DocParam[];
  readonly return_type: string | null;
}
export interface DocCtx {
  /** Keys. */
  readonly req: readonly string[];
  readonly opt: readonly string[];
}
export interface DocFunction {
  readonly name: string;
  readonly doc: string | null;
  readonly is_core: boolean;
  readonly signatures: readonly DocSignature[];
  readonly ctx: DocCtx;
  readonly box_req: Json;
  readonly schedule: string | null;
  readonly on_event: string | null;
  readonly webhook: { readonly service: string; readonly path: string } | null;
  readonly mcp: { readonly service: string; readonly name: string } | null;
  readonly sends: readonly string[];
  readonly alias_of: string | null;
}
export interface DocType {
  readonly name: string;
  readonly doc: string | null;
  readonly is_core: boolean;
  readonly fields: readonly { readonly name: string; readonly type_annotation: string }[];
  /** Variants of an enum; empty otherwise. */
  readonly variants: readonly { readonly name: string; readonly payload: string | null }[];
  readonly constructors: readonly DocSignature[];
  readonly type_alias: string | null;
  readonly alias_of: string | null;
}
export interface DocValue {
  readonly name: string;
  readonly doc: string | null;
  /** Source text, cut when very long. */
  readonly value: string;
  readonly type_annotation: string | null;
  readonly alias_of: string | null;
}
export interface DocNamespace {
  /** `myapp/jobs` */
  readonly name: string;
  /** `::myapp::jobs` */
  readonly namespace: string;
  readonly doc: string | null;
  readonly no_doc: boolean;
  readonly functions: readonly DocFunction[];
  readonly types: readonly DocType[];
  readonly values: readonly DocValue[];
  readonly ctx: DocCtx;
  readonly box_req: Json;
}
export interface Docs {
  readonly namespaces: readonly DocNamespace[];
  /** Type name → `myapp/jobs`. */
  readonly type_index: Readonly<Record<string, string>>;
}

const MAX_VALUE = 2000;

/**
 * Documents the definitions whose file is in the package. `no-doc` definitions are left out; a namespace with that
 * tag is there, marked.
 */
export function extractDocs(
  program: Program,
  definitions: Definitions,
  inPackage: (file: string) => boolean,
): Docs {
  const steps = new Map<CellDef, InitStep>();
  for (const step of program.init) if (!steps.has(step.cell)) steps.set(step.cell, step);
  const sends = new Map(
    definitions.sends.map(({ fn, targets }) => [fn, targets.map((target) => target.event)]),
  );
  const names = new Map(definitions.mcpTools.map((tool) => [tool.fn, tool.toolName]));
  const namespaces: DocNamespace[] = [];
  const typeIndex = new Map<string, string>();
  for (const ns of program.namespaces) {
    const members = [...ns.members.values()].filter(
      (member) => inPackage(program.files[member.file]?.name ?? '') && !metaFlag(member.meta, 'no-doc'),
    );
    if (members.length === 0) continue;
    const doc = namespaceDoc(program, ns, members, { steps, sends, names });
    for (const type of doc.types) if (type.alias_of === null) typeIndex.set(type.name, doc.name);
    namespaces.push(doc);
  }
  namespaces.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { namespaces, type_index: Object.fromEntries(typeIndex) };
}

interface Facts {
  readonly steps: ReadonlyMap<CellDef, InitStep>;
  readonly sends: ReadonlyMap<string, readonly string[]>;
  readonly names: ReadonlyMap<string, string>;
}

function namespaceDoc(
  program: Program,
  ns: NamespaceDef,
  members: readonly Member[],
  facts: Facts,
): DocNamespace {
  const functions: DocFunction[] = [];
  const types: DocType[] = [];
  const values: DocValue[] = [];
  for (const member of members) {
    const { target } = member;
    if (target.kind === 'function') functions.push(functionDoc(member, signaturesOf(target.fn), facts));
    else if (target.kind === 'native')
      functions.push(functionDoc(member, nativeSignatures(target.native), facts));
    else if (target.kind === 'type' && target.type.kind === 'named')
      types.push(typeDoc(program, member, target.type.type));
    else if (target.kind === 'value') values.push(valueDoc(program, member, facts.steps.get(target.cell)));
  }
  return {
    name: ns.name.slice(2).replaceAll('::', '/'),
    namespace: ns.name,
    doc: text(ns.meta, 'doc'),
    no_doc: metaFlag(ns.meta, 'no-doc'),
    functions,
    types,
    values,
    ctx: ctxOf(ns.meta),
    box_req: jsonOf(ns.meta, 'box'),
  };
}

function functionDoc(member: Member, signatures: readonly DocSignature[], facts: Facts): DocFunction {
  const { meta } = member;
  const webhook = metaGet(meta, 'webhook');
  const mcp = metaGet(meta, 'mcp');
  const service = text(webhook, 'service');
  const tool = text(mcp, 'service');
  return {
    name: member.name,
    doc: text(meta, 'doc'),
    is_core: member.core,
    signatures,
    ctx: ctxOf(meta),
    box_req: jsonOf(meta, 'box'),
    schedule: text(meta, 'schedule'),
    on_event: text(meta, 'on-event'),
    webhook: service === null ? null : { service, path: text(webhook, 'path') ?? '' },
    mcp: tool === null ? null : { service: tool, name: facts.names.get(member.fullName) ?? member.name },
    sends: facts.sends.get(member.fullName) ?? [],
    alias_of: member.aliasOf,
  };
}

function signaturesOf(fn: FunctionDef): readonly DocSignature[] {
  return fn.overloads.map((overload) => ({
    params: overload.params.map((param) => ({
      name: param.name,
      type_annotation: param.typeText,
      is_lazy: param.lazy,
      is_variadic: param.rest,
    })),
    return_type: overload.returnsText,
  }));
}

function nativeSignatures(native: NativeSignature): readonly DocSignature[] {
  return native.overloads.map((overload) => ({
    params: overload.params.map((param) => ({
      name: param.name,
      type_annotation: param.type === '' ? null : param.type,
      is_lazy: param.lazy,
      is_variadic: param.variadic,
    })),
    return_type: overload.returns === '' ? null : overload.returns,
  }));
}

function typeDoc(program: Program, member: Member, type: TypeDef): DocType {
  const fields = type.kind === 'struct' ? type.fields : [];
  const variants = type.kind === 'enum' ? type.variants : [];
  return {
    name: member.name,
    doc: text(member.meta, 'doc'),
    is_core: member.core,
    fields: fields.map((field) => ({ name: field.name, type_annotation: field.typeText })),
    variants: variants.map(({ name, payload }) => ({
      name,
      payload:
        payload?.kind === 'named' ? payload.type.name : payload?.kind === 'builtin' ? payload.name : null,
    })),
    constructors: type.constructors ? signaturesOf(type.constructors) : [],
    type_alias: type.kind === 'alias' && member.aliasOf === null ? aliasText(program, type) : null,
    alias_of: member.aliasOf,
  };
}

/** What stands behind the word `type`, as written. */
function aliasText(program: Program, type: TypeDef): string | null {
  const line = program.files[type.file]?.text.slice(type.at.end, type.at.end + MAX_VALUE) ?? '';
  const found = /\btype\s+([^\n]+(?:\n\s*\|[^\n]*)*)/.exec(line);
  return found?.[1]?.trim() ?? null;
}

function valueDoc(program: Program, member: Member, step: InitStep | undefined): DocValue {
  const source = step ? (program.files[step.file]?.text.slice(step.value.start, step.value.end) ?? '') : '';
  return {
    name: member.name,
    doc: text(member.meta, 'doc'),
    value: source.length > MAX_VALUE ? `${source.slice(0, MAX_VALUE)}…` : source,
    type_annotation: member.type,
    alias_of: member.aliasOf,
  };
}

function ctxOf(meta: MetaValue | null): DocCtx {
  const ctx = metaGet(meta, 'ctx');
  if (ctx?.type === 'vec') {
    return { req: ctx.items.flatMap((item) => (item.type === 'str' ? [item.value] : [])), opt: [] };
  }
  if (ctx?.type !== 'map') return { req: [], opt: [] };
  const optional = ([, options]: readonly [string, MetaValue]): boolean => {
    if (options.type !== 'map') return false;
    const required = metaGet(options, 'required');
    return metaGet(options, 'default') !== null || (required?.type === 'bool' && !required.value);
  };
  return {
    req: ctx.entries.filter((entry) => !optional(entry)).map(([key]) => key),
    opt: ctx.entries.filter(optional).map(([key]) => key),
  };
}

function text(meta: MetaValue | null, key: string): string | null {
  const value = metaGet(meta, key);
  return value?.type === 'str' ? value.value.trim() : null;
}

function jsonOf(meta: MetaValue | null, key: string): Json {
  const value = metaGet(meta, key);
  return value ? metaJson(value) : null;
}
