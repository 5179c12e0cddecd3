/** A statement of a hot path: parsed and planned once per connection under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

const names = new Set<string>();

/** Declares a prepared statement. Names are unique per process: PostgreSQL would run the first text for both. */
export function statement(name: string, text: string): Statement {
  if (names.has(name)) throw new Error(`Prepared statement ${name} is declared twice`);
  names.add(name);
  return { name, text };
}
