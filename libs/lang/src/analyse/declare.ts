/**
 * First pass: walks the top level of every file, finds out which namespace each item belongs to, and lists the
 * definitions of every name. Nothing is resolved yet.
 */
import type { Span } from '../source/span';
import type { Alias, Binding, DeepAssign, Expr, Meta, NsDecl, Unit } from '../syntax/ast';
import type { Analysis, NamespaceDraft } from './context';
import { checkDuplicates } from './duplicates';

export const MAIN_NAMESPACE = '::hot::main';

interface FileState {
  readonly a: Analysis;
  readonly file: number;
  ns: NamespaceDraft;
}

export interface NamespaceMeta {
  readonly meta: readonly Meta[];
  readonly file: number;
}
export type NamespaceMetas = Map<NamespaceDraft, NamespaceMeta[]>;

/** Returns the metadata clauses of namespaces, which are resolved once names are. */
export function declareAll(a: Analysis, units: readonly Unit[]): NamespaceMetas {
  const metas: NamespaceMetas = new Map();
  units.forEach((unit, file) => {
    const state: FileState = { a, file, ns: namespaceOf(a, defaultNamespace(a, file)) };
    for (const item of unit.items) {
      switch (item.kind) {
        case 'ns-decl':
          enterNamespace(state, item, metas);
          break;
        case 'alias':
          declareAlias(state, item);
          break;
        case 'binding':
        case 'deep-assign':
          declareName(state, item);
          break;
        default:
          use(state).items.push({ statement: item, file });
      }
    }
  });
  for (const ns of a.namespaces.values()) {
    if (a.policy === 'merge') checkDuplicates(a, ns);
  }
  return metas;
}

function defaultNamespace(a: Analysis, file: number): string {
  const given = a.namespaceOfFile[file];
  if (given !== undefined) return given;
  return a.origins[file] === 'snippet' ? `::hot::$run::s${file}` : MAIN_NAMESPACE;
}

/** Registers the namespace on first use, so that an unused default namespace does not exist. */
export function namespaceOf(a: Analysis, name: string): NamespaceDraft {
  const known = a.namespaces.get(name);
  if (known) return known;
  return {
    id: -1,
    name,
    meta: null,
    members: new Map(),
    aliases: new Map(),
    files: [],
    found: new Map(),
    items: [],
    resolving: new Set(),
  };
}

function use(state: FileState): NamespaceDraft {
  const { a, ns, file } = state;
  const known = a.namespaces.get(ns.name);
  if (known) state.ns = known;
  else {
    const registered = { ...ns, id: a.namespaces.size };
    a.namespaces.set(ns.name, registered);
    state.ns = registered;
  }
  if (!state.ns.files.includes(file)) state.ns.files.push(file);
  return state.ns;
}

function enterNamespace(state: FileState, decl: NsDecl, metas: NamespaceMetas): void {
  state.ns = namespaceOf(state.a, pathText(decl.path.segments));
  const ns = use(state);
  if (decl.meta.length === 0) return;
  const list = metas.get(ns) ?? [];
  list.push({ meta: decl.meta, file: state.file });
  metas.set(ns, list);
}

function declareAlias(state: FileState, alias: Alias): void {
  const ns = use(state);
  const from = pathText(alias.alias.segments);
  const to = pathText(alias.target.segments);
  const known = ns.aliases.get(from);
  if (known !== undefined && known !== to && state.a.policy === 'merge') {
    const message = `Namespace '${ns.name}' declares alias '${from}' with conflicting targets '${known}' and '${to}'`;
    state.a.sink.error('conflicting-alias', message, state.file, alias);
    return;
  }
  ns.aliases.set(from, to);
}

function declareName(state: FileState, node: Binding | DeepAssign): void {
  const ns = use(state);
  const { text } = node.kind === 'binding' ? node.name : node.root;
  ns.items.push({ statement: node, file: state.file });
  if (text === '') return;
  const list = ns.found.get(text);
  if (list) list.push({ node, file: state.file });
  else ns.found.set(text, [{ node, file: state.file }]);
  if (node.kind === 'binding' && hasTag(node.meta, 'core') && !state.a.coreNames.has(text)) {
    state.a.coreNames.set(text, ns);
  }
}

export function pathText(segments: readonly string[]): string {
  return `::${segments.join('::')}`;
}

/** Whether written metadata carries the tag: `"t"`, `["t"]` or `{t: <not false>}`. */
export function hasTag(meta: readonly Meta[], tag: string): boolean {
  return meta.some((clause) => tagIn(clause.value, tag));
}

function tagIn(value: Expr, tag: string): boolean {
  switch (value.kind) {
    case 'str':
      return value.value === tag;
    case 'vector':
      return value.elements.some((element) => element.value.kind === 'str' && element.value.value === tag);
    case 'map':
      return value.entries.some(
        (entry) =>
          entry.kind === 'entry' &&
          entry.key.text === tag &&
          entry.value.kind !== 'null' &&
          !(entry.value.kind === 'bool' && !entry.value.value),
      );
    default:
      return false;
  }
}

export function nameSpan(node: Binding | DeepAssign): Span {
  return node.kind === 'binding' ? node.name : node.root;
}
