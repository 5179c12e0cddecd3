export const ENV_KINDS = ['production', 'staging', 'preview', 'development'] as const;
export type EnvKind = (typeof ENV_KINDS)[number];

/**
 * What kind of environment a name speaks of. Decides colours only, so that tabs of different environments cannot be
 * confused; nothing is allowed or refused by it.
 */
export function envKindOf(name: string): EnvKind {
  const text = name.toLowerCase();
  if (/^(prod|production|live)\b|[-_](prod|production|live)$/.test(text)) return 'production';
  if (/^(stag|staging|stage|qa|uat|test)/.test(text)) return 'staging';
  if (/^(pr|preview|review)\b/.test(text)) return 'preview';
  return 'development';
}
