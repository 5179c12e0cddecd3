import { BadRequestError } from '@app/kernel';
import { RUN_STATUSES, RUN_TYPES, type RunStatusName, type RunTypeName } from '@app/contracts';
import {
  chosenValues,
  parseFreeValues,
  parseSearch,
  parseValues,
  type SearchTerm,
  type TimeRange,
  type ValueFilter,
} from '@app/platform/lists';

export const STATUS_IDS: Readonly<Record<RunStatusName, number>> = {
  running: 1,
  succeeded: 2,
  failed: 3,
  cancelled: 4,
  pending_retry: 5,
};
export const TYPE_IDS: Readonly<Record<RunTypeName, number>> = {
  call: 1,
  event: 2,
  schedule: 3,
  run: 4,
  eval: 5,
  repl: 6,
  task: 7,
};

export const statusName = (id: number): RunStatusName =>
  RUN_STATUSES.find((name) => STATUS_IDS[name] === id) ?? 'running';
const TYPE_NAMES = new Map(Object.entries(TYPE_IDS).map(([name, id]) => [id, name as RunTypeName]));
export const typeName = (id: number): RunTypeName => TYPE_NAMES.get(id) ?? 'run';

export const RUN_SORT_FIELDS = ['started', 'duration'] as const;

export interface RunSort {
  readonly field: (typeof RUN_SORT_FIELDS)[number];
  readonly descending: boolean;
}

export interface RunFilter {
  readonly range: TimeRange;
  readonly statuses: ValueFilter<RunStatusName> | undefined;
  readonly types: ValueFilter<RunTypeName> | undefined;
  readonly projects: ValueFilter | undefined;
  readonly functionText: string | undefined;
  readonly search: SearchTerm | undefined;
  readonly sort: RunSort;
  readonly agent?: AgentFilter | undefined;
}

/** Runs of one agent: finished ones carry its name, live ones are told by their functions. */
export interface AgentFilter {
  /** `::ns/Type` */
  readonly type: string;
  readonly functions: readonly string[];
}

export interface RunFilterInput {
  readonly q?: string | undefined;
  readonly sort?: string | undefined;
  readonly status?: string | undefined;
  readonly type?: string | undefined;
  readonly project?: string | undefined;
  readonly function?: string | undefined;
}

/** Reads the filters of a list of runs. Throws BadRequestError for values that do not exist. */
export function parseRunFilter(input: RunFilterInput, range: TimeRange): RunFilter {
  return {
    range,
    statuses: parseValues('status', input.status, RUN_STATUSES),
    types: parseValues('type', input.type, RUN_TYPES),
    projects: parseFreeValues('project', input.project),
    functionText: input.function?.trim() || undefined,
    search: parseSearch(input.q),
    sort: parseSort(input.sort),
  };
}

export const chosenStatusIds = (filter: RunFilter): readonly number[] =>
  chosenValues(RUN_STATUSES, filter.statuses).map((name) => STATUS_IDS[name]);

/** undefined: every type, those of tasks excepted, which have their own list. */
export const chosenTypeIds = (filter: RunFilter): readonly number[] | undefined =>
  filter.types === undefined
    ? undefined
    : chosenValues(RUN_TYPES, filter.types).map((name) => TYPE_IDS[name]);

function parseSort(text: string | undefined): RunSort {
  if (text === undefined || text === '') return { field: 'started', descending: true };
  const descending = text.startsWith('-');
  const field = RUN_SORT_FIELDS.find((name) => name === text.replace(/^-/, ''));
  if (field === undefined) throw new BadRequestError(`sort must be one of ${RUN_SORT_FIELDS.join(', ')}`);
  return { field, descending };
}
