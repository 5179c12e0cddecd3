/** What is set where, and what the code of serving builds declares, as one view: by key, with what is missing. */
import type { ContextEffect, ContextKeyRow, ContextStateName, ContextUse } from '@app/contracts';

/** A value somewhere. `project` null: in the environment. */
export interface SetLevel {
  readonly key: string;
  readonly project: string | null;
  readonly description: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly user_id: string;
  readonly user_name: string | null;
}

/** One place in the code of a serving build that declares a key. */
export interface Declared {
  readonly key: string;
  readonly project: string;
  readonly required: boolean;
  readonly secret: boolean;
  readonly declared_by: string;
}

/** Every key that is set or declared, in the order of their bytes. */
export function contextKeys(
  levels: readonly SetLevel[],
  declared: readonly Declared[],
): readonly ContextKeyRow[] {
  const levelsOf = Map.groupBy(levels, ({ key }) => key);
  const declaredOf = Map.groupBy(declared, ({ key }) => key);
  return [...new Set([...levelsOf.keys(), ...declaredOf.keys()])]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((key) => rowOf(key, levelsOf.get(key) ?? [], declaredOf.get(key) ?? []));
}

/** What runs of each project find under the key. */
export const effectsOf = (row: ContextKeyRow, projects: readonly string[]): readonly ContextEffect[] =>
  projects.map((project) => ({
    project,
    source: sourceOf(row, project),
    missing: row.missing_in.includes(project),
  }));

function sourceOf({ levels }: ContextKeyRow, project: string): ContextEffect['source'] {
  if (levels.some((level) => level.project === project)) return 'project';
  return levels.some((level) => level.project === null) ? 'environment' : 'nothing';
}

function rowOf(key: string, levels: readonly SetLevel[], declared: readonly Declared[]): ContextKeyRow {
  const ordered = [...levels].sort(
    (a, b) =>
      Number(a.project !== null) - Number(b.project !== null) ||
      ((a.project ?? '') < (b.project ?? '') ? -1 : 1),
  );
  const usedBy = [...Map.groupBy(declared, ({ project }) => project)]
    .map(([project, places]) => useOf(project, places))
    .sort((a, b) => (a.project < b.project ? -1 : 1));
  const everywhere = levels.some(({ project }) => project === null);
  const missingIn = usedBy
    .filter(({ required, project }) => required && !everywhere && !levels.some((l) => l.project === project))
    .map(({ project }) => project);
  const newest = [...levels].sort((a, b) => b.updated_at.getTime() - a.updated_at.getTime())[0];
  const states: ContextStateName[] = [];
  if (missingIn.length > 0) states.push('missing');
  if (everywhere && levels.length > 1) states.push('overridden');
  if (levels.length > 0 && usedBy.length === 0) states.push('unused');
  return {
    key,
    states,
    levels: ordered.map((level) => ({
      project: level.project,
      description: level.description,
      created_at: level.created_at.toISOString(),
      updated_at: level.updated_at.toISOString(),
      changed_by: personOf(level),
    })),
    used_by: usedBy,
    missing_in: missingIn,
    updated_at: newest?.updated_at.toISOString() ?? null,
    changed_by: newest === undefined ? null : personOf(newest),
  };
}

const useOf = (project: string, places: readonly Declared[]): ContextUse => ({
  project,
  required: places.some(({ required }) => required),
  secret: places.some(({ secret }) => secret),
  declared_by: [...new Set(places.map((place) => place.declared_by))].sort(),
});

const personOf = ({ user_id, user_name }: SetLevel): ContextKeyRow['changed_by'] =>
  user_name === null ? null : { user_id, name: user_name };
