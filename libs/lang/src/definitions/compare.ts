/** A manifest's word against the compiler's: what a build is told when the two differ. */
import type { Json, JsonObject } from './json';
import type { Definitions } from './model';
import { toManifest } from './to-manifest';

const COLLECTIONS = ['event_handlers', 'scheduled_functions', 'mcp_tools', 'webhooks', 'agents'] as const;

/**
 * One line per collection that differs; the compiled definitions are what runs. A collection that the manifest
 * lacks counts as empty. Places are not compared.
 */
export function compareWithManifest(definitions: Definitions, manifest: Json): readonly string[] {
  if (manifest === null || typeof manifest !== 'object' || Array.isArray(manifest)) {
    return ['The manifest is not a map; the definitions of the sources are used'];
  }
  const compiled = toManifest(definitions);
  const warnings: string[] = [];
  for (const key of COLLECTIONS) {
    const ours = identities(compiled[key] ?? null);
    const theirs = identities((manifest as JsonObject)[key] ?? null);
    const missing = [...ours].filter((one) => !theirs.has(one));
    const extra = [...theirs].filter((one) => !ours.has(one));
    if (missing.length > 0)
      warnings.push(`${key}: the manifest lacks ${shown(missing)}, which the sources declare`);
    if (extra.length > 0)
      warnings.push(`${key}: the manifest names ${shown(extra)}, which the sources do not declare`);
  }
  return warnings;
}

function shown(names: readonly string[]): string {
  return names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
}

function identities(collection: Json): ReadonlySet<string> {
  const found = new Set<string>();
  if (Array.isArray(collection)) {
    for (const item of collection as readonly Json[]) {
      const agent = asObject(item);
      if (agent) found.add(`${text(agent['namespace'])}/${text(agent['type_name'])}`);
    }
    return found;
  }
  for (const [key, list] of Object.entries(asObject(collection) ?? {})) {
    if (!Array.isArray(list)) continue;
    for (const item of list as readonly Json[]) {
      const entry = asObject(item);
      if (!entry) continue;
      const detail = ['method', 'path', 'name']
        .map((field) => text(entry[field]))
        .filter((part) => part !== '');
      found.add([key, ...detail, text(entry['fn'])].join(' '));
    }
  }
  return found;
}

function asObject(value: Json | undefined): JsonObject | null {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : null;
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
