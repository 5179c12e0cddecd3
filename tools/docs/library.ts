/** The reference of the standard library, from its declarations. */
import { NATIVE_SIGNATURES, type NativeOverload, type NativeSignature } from '@app/lang';
import { markdownTable } from './document';

const namespaceOf = (name: string): string => name.slice(0, name.indexOf('/'));
const shortOf = (name: string): string => name.slice(name.indexOf('/') + 1);

/** For packages of the library itself. */
const isInternal = (namespace: string): boolean => namespace.startsWith('::hot::internal');

function byNamespace(): ReadonlyMap<string, readonly NativeSignature[]> {
  const found = new Map<string, NativeSignature[]>();
  for (const signature of NATIVE_SIGNATURES) {
    const namespace = namespaceOf(signature.name);
    if (isInternal(namespace)) continue;
    found.set(namespace, [...(found.get(namespace) ?? []), signature]);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const written = ({ params, returns }: NativeOverload): string => {
  const list = params.map(
    ({ name, type, lazy, variadic }) =>
      `${lazy ? 'lazy ' : ''}${variadic ? '...' : ''}${name}${type === '' ? '' : `: ${type}`}`,
  );
  return `(${list.join(', ')})${returns === '' ? '' : `: ${returns}`}`;
};

const anchor = (namespace: string): string => namespace.replaceAll(':', '');

export function libraryOverview(): string {
  const rows = [...byNamespace()].map(([namespace, list]) => {
    const core = list.filter((one) => one.core).length;
    return [`[\`${namespace}\`](#${anchor(namespace)})`, `${list.length}`, `${core}`];
  });
  return markdownTable(['Namespace', 'Functions', 'Core'], rows);
}

export function libraryReference(): string {
  return [...byNamespace()]
    .map(
      ([namespace, list]) =>
        `## ${namespace}\n\n${markdownTable(['Function', 'Signature', ''], list.map(row))}`,
    )
    .join('\n\n');
}

function row({ name, overloads, core, doc }: NativeSignature): readonly string[] {
  return [
    `\`${shortOf(name)}\`${core ? ' ★' : ''}`,
    overloads.map((overload) => `\`${written(overload)}\``).join('<br>'),
    doc,
  ];
}
