/** What may be a custom domain. Pure. */

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_LENGTH = 253;

/** As it is kept and compared. */
export function normalizeDomain(text: string): string {
  return text.trim().toLowerCase();
}

/** What is wrong with a normalized name; null when nothing is. */
export function problemOfDomain(domain: string): string | null {
  if (domain.length > MAX_LENGTH) return `A domain has at most ${MAX_LENGTH} characters`;
  const labels = domain.split('.');
  if (labels.length < 2) return 'A domain has at least one dot, as in hooks.example.com';
  if (!labels.every((label) => LABEL.test(label))) {
    return 'Between its dots a domain has 1 to 63 letters, digits and hyphens; no scheme, port, path or wildcard';
  }
  // Everything else would be an address, of which nobody can prove that it is theirs.
  return /^\d+$/.test(labels.at(-1) ?? '') ? 'An IP address is not a domain' : null;
}
