/**
 * Secrets in JSON texts that are executed later. They can't be masked there, as in what is only looked at: so the leaves
 * concerned, keys among them, read `"<secret>"` in the stored text, whoever reads it, and their places and originals are
 * kept apart.
 */

/** JSON text in place of a leaf that is hidden. */
export const SHOWN = '"<secret>"';
/** Shorter secrets occur inside of ordinary words: only a whole leaf is one. As the runtime has it. */
const MIN_INSIDE = 8;
/** Leaves of one run's secrets that are remembered. */
const MAX_SECRETS = 10_000;

/**
 * Where a leaf begins in the shown text, the JSON text that belongs there, and the JSON text that stands there if that is
 * not `"<secret>"`.
 */
export type HiddenLeaf = readonly [offset: number, json: string, shown?: string];

export interface Hidden {
  /** The text with `"<secret>"` in place of each leaf. */
  readonly shown: string;
  readonly leaves: readonly HiddenLeaf[];
  /** The secrets that were found, as JSON texts. */
  readonly secrets: readonly string[];
}

/** What a run has read so far of what is secret. */
export class RunSecrets {
  /** JSON text by the text of the leaf. */
  private readonly known = new Map<string, string>();

  get isEmpty(): boolean {
    return this.known.size === 0;
  }

  /** @param json of a secret value, every leaf of which is one; what is no JSON is ignored */
  add(json: string): void {
    for (const { start, end, isKey } of leavesOf(json)) {
      if (isKey || this.known.size >= MAX_SECRETS) continue;
      const leaf = json.slice(start, end);
      const text = textOf(leaf);
      if (text !== null && text !== '') this.known.set(text, leaf);
    }
  }

  /** Null when there is nothing to hide. */
  hideIn(json: string): Hidden | null {
    if (this.isEmpty) return null;
    const leaves: HiddenLeaf[] = [];
    const found = new Set<string>();
    let shown = '';
    let from = 0;
    for (const { start, end, isKey } of leavesOf(json)) {
      const leaf = json.slice(start, end);
      const secrets = this.secretsIn(leaf, isKey);
      if (secrets.length === 0) continue;
      shown += json.slice(from, start);
      leaves.push([shown.length, leaf]);
      shown += SHOWN;
      from = end;
      for (const secret of secrets) found.add(secret);
    }
    if (leaves.length === 0) return null;
    return { shown: shown + json.slice(from), leaves, secrets: [...found] };
  }

  private secretsIn(leaf: string, isKey: boolean): readonly string[] {
    const text = textOf(leaf);
    if (text === null) return [];
    // Keys are names, and short secrets may well be ones.
    const whole = isKey && text.length < MIN_INSIDE ? undefined : this.known.get(text);
    const inside = leaf.startsWith('"')
      ? [...this.known].filter(
          ([secret, json]) =>
            json.startsWith('"') &&
            secret.length >= MIN_INSIDE &&
            secret.length < text.length &&
            text.includes(secret),
        )
      : [];
    return [...(whole === undefined ? [] : [whole]), ...inside.map(([, json]) => json)];
  }
}

/** The text as it was; null when the leaves belong to another text. */
export function restoreLeaves(shown: string, leaves: readonly HiddenLeaf[]): string | null {
  let text = '';
  let from = 0;
  for (const [offset, json, instead = SHOWN] of leaves) {
    if (offset < from || !shown.startsWith(instead, offset)) return null;
    text += shown.slice(from, offset) + json;
    from = offset + instead.length;
  }
  return text + shown.slice(from);
}

interface Leaf {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly isKey: boolean;
}

/** Strings and numbers of a JSON text, in order. A loop and no regular expression: texts are long. */
function* leavesOf(json: string): Generator<Leaf> {
  let at = 0;
  while (at < json.length) {
    const start = at;
    const char = json[at] ?? '';
    if (char === '"') {
      at += 1;
      while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
      at = Math.min(at + 1, json.length);
      let next = at;
      while (' \t\n\r'.includes(json[next] ?? 'x')) next += 1;
      yield { start, end: at, isKey: json[next] === ':' };
    } else if (char === '-' || (char >= '0' && char <= '9')) {
      while (at < json.length && '+-.0123456789eE'.includes(json[at] ?? '')) at += 1;
      yield { start, end: at, isKey: false };
    } else {
      at += 1;
    }
  }
}

function textOf(leaf: string): string | null {
  if (!leaf.startsWith('"')) return leaf;
  try {
    return String(JSON.parse(leaf));
  } catch {
    return null;
  }
}
