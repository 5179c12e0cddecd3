/** Secrets that a run has read must not be shown with what it sends: events carry them as they are. */
const HIDDEN = '<secret>';
/** Shorter texts are hidden where they stand alone only: inside of others they are mostly chance. */
const MIN_INSIDE = 8;

export class Secrets {
  private readonly leaves = new Set<string>();

  /** @param json a value that is secret in all its leaves */
  add(json: string): void {
    const collect = (value: unknown): void => {
      if (typeof value === 'string') this.leaves.add(value);
      else if (typeof value === 'number') this.leaves.add(String(value));
      else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
    };
    collect(JSON.parse(json));
    this.leaves.delete('');
  }

  hide(json: string): string {
    let text = json;
    // Longest first: one secret may contain another.
    for (const leaf of [...this.leaves].sort((a, b) => b.length - a.length)) {
      const written = JSON.stringify(leaf);
      text = text.replaceAll(written, JSON.stringify(HIDDEN));
      if (leaf.length >= MIN_INSIDE) text = text.replaceAll(written.slice(1, -1), HIDDEN);
    }
    return text;
  }
}
