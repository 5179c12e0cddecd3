/** The environment that was looked at last. */
export interface ScopeNames {
  readonly org: string;
  readonly env: string;
}

const KEY = 'hot.scope';

export function rememberScope(names: ScopeNames): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([names.org, names.env]));
  } catch {
    // Storage can be full or switched off; then the first environment is the landing place.
  }
}

export function recallScope(): ScopeNames | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    if (!Array.isArray(value)) return null;
    const [org, env] = value as readonly unknown[];
    return typeof org === 'string' && typeof env === 'string' ? { org, env } : null;
  } catch {
    // Not ours or not allowed: as if nothing were remembered.
    return null;
  }
}
