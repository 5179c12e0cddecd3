/**
 * Finds clients of the database that are asked while they are busy and somebody waits already: pg warns of it once per
 * process, where nobody looks, and its next version refuses it.
 */
import { Client } from 'pg';

type Query = (this: Client, ...args: unknown[]) => unknown;

const found: string[] = [];
let watching = false;

/** From now on, for every client of this file. */
export function watchForOverlaps(): void {
  if (watching) return;
  watching = true;
  const prototype = Client.prototype as unknown as { query: Query };
  const { query } = prototype;
  prototype.query = function (this: Client, ...args: unknown[]): unknown {
    // What pg itself looks at before it warns.
    const { _queryQueue: waiting } = this as unknown as { readonly _queryQueue: readonly unknown[] };
    if (waiting.length > 0) found.push(new Error('A busy client was asked').stack ?? '');
    return query.apply(this, args);
  };
}

/** Where it happened since the last call. */
export function foundOverlaps(): readonly string[] {
  return found.splice(0);
}
