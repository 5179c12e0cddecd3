/** Looks for things in sources and resources that look like credentials: a bundle is no place for them. */
export interface SecretHit {
  readonly path: string;
  readonly line: number;
  readonly kind: string;
  /** First and last four characters of what was found. */
  readonly snippet: string;
}

const SHAPES: readonly (readonly [kind: string, shape: RegExp])[] = [
  ['AWS access key id', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ['Stripe key', /\b(?:sk|rk)_live_[A-Za-z0-9]{16,}/],
  ['GitHub token', /\bgh[pousr]_[A-Za-z0-9]{30,}/],
  ['Slack token', /\bxox[a-z]-[A-Za-z0-9-]{10,}/],
  ['Anthropic key', /\bsk-ant-[A-Za-z0-9_-]{16,}/],
  ['OpenAI-style key', /\bsk-(?:proj-)?[A-Za-z0-9_-]{32,}/],
  ['Google API key', /\bAIza[A-Za-z0-9_-]{35}/],
  ['private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
];

const MAX_LINE = 10_000;

/** At most one hit a line. Binary content (with NUL) is skipped. */
export function scanForSecrets(path: string, text: string): readonly SecretHit[] {
  if (text.includes('\0')) return [];
  const hits: SecretHit[] = [];
  text.split('\n').forEach((line, index) => {
    const head = line.slice(0, MAX_LINE);
    for (const [kind, shape] of SHAPES) {
      const found = shape.exec(head);
      if (found !== null) {
        hits.push({ path, line: index + 1, kind, snippet: redact(found[0]) });
        return;
      }
    }
  });
  return hits;
}

function redact(secret: string): string {
  return `${secret.slice(0, 4)}***${secret.slice(-4)}`.slice(0, 160);
}
