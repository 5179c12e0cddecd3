import { EVENT_SOURCES, EVENT_STATES, type EventSourceName, type EventStateName } from '@app/contracts';
import {
  parseFreeValues,
  parseSearch,
  parseValues,
  type SearchTerm,
  type TimeRange,
  type ValueFilter,
} from '@app/platform/lists';

export interface EventFilter {
  readonly range: TimeRange;
  readonly states: ValueFilter<EventStateName> | undefined;
  readonly sources: ValueFilter<EventSourceName> | undefined;
  /** Exact types; with a final `*` all that begin so. */
  readonly types: ValueFilter | undefined;
  readonly search: SearchTerm | undefined;
}

export interface EventFilterInput {
  readonly q?: string | undefined;
  readonly state?: string | undefined;
  readonly type?: string | undefined;
  readonly source?: string | undefined;
}

/** Reads the filters of a list of events. Throws BadRequestError for values that do not exist. */
export const parseEventFilter = (input: EventFilterInput, range: TimeRange): EventFilter => ({
  range,
  states: parseValues('state', input.state, EVENT_STATES),
  sources: parseValues('source', input.source, EVENT_SOURCES),
  types: parseFreeValues('type', input.type),
  search: parseSearch(input.q),
});

/** Which of the known types a filter and a search text mean; undefined: all of them. */
export function chosenTypes(
  { types, search }: EventFilter,
  known: readonly string[],
): readonly string[] | undefined {
  const text = search?.kind === 'text' ? search.text.toLowerCase() : undefined;
  if (types === undefined && text === undefined) return undefined;
  return known.filter(
    (type) =>
      (text === undefined || type.toLowerCase().includes(text)) &&
      (types === undefined || types.values.some((value) => matches(type, value)) !== types.negated),
  );
}

const matches = (type: string, pattern: string): boolean =>
  pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
