/**
 * Secrets that a run has read. Before anything is recorded or shown, leaves that equal a secret, and secrets of eight
 * characters or more inside longer texts, become "<secret>".
 */
export const MASK = '<secret>';
const INSIDE_FROM = 8;

export class Masker {
  private readonly whole = new Set<string>();
  private readonly inside: string[] = [];

  get isEmpty(): boolean {
    return this.whole.size === 0;
  }

  add(secret: string): void {
    if (secret === '' || this.whole.has(secret)) return;
    this.whole.add(secret);
    if (secret.length >= INSIDE_FROM) {
      this.inside.push(secret);
      this.inside.sort((a, b) => b.length - a.length);
    }
  }

  text(text: string): string {
    if (this.whole.size === 0) return text;
    if (this.whole.has(text)) return MASK;
    let masked = text;
    for (const secret of this.inside) if (masked.includes(secret)) masked = masked.replaceAll(secret, MASK);
    return masked;
  }
}
