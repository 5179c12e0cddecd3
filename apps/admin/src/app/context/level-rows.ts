import type { ContextKeyDetail, ContextLevel, ContextUse } from '@app/contracts';

export interface LevelRow {
  /** null: the environment. */
  readonly project: string | null;
  readonly state: 'set' | 'inherited' | 'missing' | 'nothing';
  readonly level: ContextLevel | undefined;
  readonly use: ContextUse | undefined;
}

/** The environment, then projects: those that set or declare the key first. */
export function levelRows(detail: ContextKeyDetail): readonly LevelRow[] {
  const levelOf = (project: string | null): ContextLevel | undefined =>
    detail.levels.find((level) => level.project === project);
  const environment = levelOf(null);
  const projects = detail.effects.map(({ project, source, missing }): LevelRow => ({
    project,
    state:
      source === 'project' ? 'set' : source === 'environment' ? 'inherited' : missing ? 'missing' : 'nothing',
    level: levelOf(project),
    use: detail.used_by.find((use) => use.project === project),
  }));
  const concerned = (row: LevelRow): number => Number(row.level === undefined && row.use === undefined);
  return [
    {
      project: null,
      state: environment === undefined ? 'nothing' : 'set',
      level: environment,
      use: undefined,
    },
    ...projects.toSorted((a, b) => concerned(a) - concerned(b)),
  ];
}
