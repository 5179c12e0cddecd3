import type { PathStep } from '../syntax/ast';
import type { Analysis, Found, NamespaceDraft } from './context';
import { nameSpan } from './declare';

/**
 * Each name may be defined in one file only. Two exceptions: open literal unions extend each other, and deep
 * assignments may come from several files as long as none sets what lies on the path of another.
 */
export function checkDuplicates(a: Analysis, ns: NamespaceDraft): void {
  for (const [name, found] of ns.found) {
    const [first] = found;
    if (!first || found.every((one) => one.file === first.file)) continue;
    if (found.every(isOpenUnion)) continue;
    const clash = found.every((one) => one.node.kind === 'deep-assign') ? pathClash(found) : otherFile(found);
    if (!clash) continue;
    const [one, two] = clash;
    const message =
      `Duplicate definition of '${name}' in namespace '${ns.name}': ` +
      `defined in ${a.files[one.file]?.name ?? ''} and ${a.files[two.file]?.name ?? ''}`;
    a.sink.error('duplicate-definition', message, two.file, nameSpan(two.node));
  }
}

function isOpenUnion(found: Found): boolean {
  const { node } = found;
  return node.kind === 'binding' && node.value.kind === 'type-def' && node.value.open;
}

function otherFile(found: readonly Found[]): readonly [Found, Found] | null {
  const [first] = found;
  const other = found.find((one) => one.file !== first?.file);
  return first && other ? [first, other] : null;
}

interface Trie {
  readonly children: Map<string, Trie>;
  /** Assigned exactly here. */
  here: Found | null;
  /** Assigned here or below; two of different files are enough to know. */
  below: Found | null;
  other: Found | null;
}

const newTrie = (): Trie => ({ children: new Map(), here: null, below: null, other: null });

/** Two assignments of different files clash when one's static path begins with the other's. */
function pathClash(found: readonly Found[]): readonly [Found, Found] | null {
  const root = newTrie();
  for (const one of found) {
    if (one.node.kind !== 'deep-assign') continue;
    let node = root;
    for (const key of staticPath(one.node.steps)) {
      if (node.here && node.here.file !== one.file) return [node.here, one];
      note(node, one);
      let next = node.children.get(key);
      if (!next) {
        next = newTrie();
        node.children.set(key, next);
      }
      node = next;
    }
    const inside = [node.here, node.below, node.other].find((at) => at !== null && at.file !== one.file);
    if (inside) return [inside, one];
    node.here ??= one;
    note(node, one);
  }
  return null;
}

function note(node: Trie, one: Found): void {
  if (!node.below) node.below = one;
  else if (node.below.file !== one.file) node.other ??= one;
}

/** Up to the first step that is only known at run time. */
function staticPath(steps: readonly PathStep[]): readonly string[] {
  const keys: string[] = [];
  for (const step of steps) {
    if (step.kind === 'name') keys.push(step.name);
    else if (step.kind === 'key') keys.push(step.key);
    else if (step.kind === 'index') keys.push(String(step.index));
    else break;
  }
  return keys;
}
