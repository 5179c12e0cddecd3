/**
 * Tables: store_map, store_entry, store_tally; dispatch and worker_lease (read, for the guard).
 *
 * One statement per call. Every write begins with `ours`: nothing happens for a run that its worker has lost. Counters
 * are added to by what was really written, in the same statement; the slot is any of a few.
 */
import { statement } from '@app/platform/database';

/**
 * $1 env, $2 name, $3 dispatch, $4 incarnation. The sum keeps the plan from going through all runs of the worker, for which
 * there is an index of those with state 2.
 */
const OURS = `
  ours AS MATERIALIZED (
    SELECT 1 AS yes FROM hot.dispatch d
     WHERE d.dispatch_id = $3::uuid AND d.env_id = $1::uuid AND d.incarnation = $4::uuid AND d.state + 0 = 2
       AND EXISTS (SELECT 1 FROM hot.worker_lease l WHERE l.incarnation = $4::uuid AND l.expires_at > now()))`;

/** $5 text search, $6 embedding: a map with other settings counts as missing, then the difference is told. */
const MAP_FOR_PUT = `
  map AS MATERIALIZED (
    SELECT m.store_id FROM ours, hot.store_map m
     WHERE m.env_id = $1::uuid AND m.name = $2::text AND m.text_search = $5::boolean
       AND m.embedding IS NOT DISTINCT FROM $6::text)`;

const tally = (source: string, slot: string): string => `
  tally AS (
    INSERT INTO hot.store_tally AS t (store_id, slot, entries, bytes)
    SELECT store_id, ${slot}::smallint, sum(entries), sum(bytes) FROM ${source} GROUP BY store_id
    HAVING sum(entries) <> 0 OR sum(bytes) <> 0
    ON CONFLICT (store_id, slot) DO UPDATE SET entries = t.entries + excluded.entries, bytes = t.bytes + excluded.bytes)`;

const OVERWRITE = `
    ON CONFLICT (store_id, key_hash) DO UPDATE
      SET value = excluded.value, size = excluded.size, replaced_size = e.size, search_text = excluded.search_text,
          vector = excluded.vector, updated_at = now()
    RETURNING e.store_id, (e.replaced_size IS NULL)::int AS entries, e.size - coalesce(e.replaced_size, 0) AS bytes`;

const OUTCOME = `
SELECT (SELECT count(*)::int FROM ours) AS ours, (SELECT count(*)::int FROM map) AS maps,
       (SELECT coalesce(sum(entries), 0)::int FROM put) AS inserted`;

/** $7 slot, $8 hash, $9 key, $10 value, $11 size, $12 search text, $13 vector. */
const ONE_ENTRY = `
    INSERT INTO hot.store_entry AS e (store_id, key_hash, key, value, size, search_text, vector)
    SELECT map.store_id, $8::bytea, $9::text, $10::text, $11::int, $12::text, $13::text FROM map`;

export const PUT = statement(
  'stores_put',
  `WITH ${OURS}, ${MAP_FOR_PUT}, put AS (${ONE_ENTRY} ${OVERWRITE}), ${tally('put', '$7')} ${OUTCOME}`,
);

export const PUT_IF_MISSING = statement(
  'stores_put_if_missing',
  `WITH ${OURS}, ${MAP_FOR_PUT},
    put AS (${ONE_ENTRY}
      ON CONFLICT (store_id, key_hash) DO NOTHING RETURNING e.store_id, 1 AS entries, e.size AS bytes),
    ${tally('put', '$7')} ${OUTCOME}`,
);

/**
 * $7 slot, $8 … $13 arrays. Sequence numbers are given in the order of the arrays, rows are locked in that of their hashes:
 * two that write the same keys in another order never wait for each other in a circle.
 */
export const PUT_MANY = statement(
  'stores_put_many',
  `WITH ${OURS}, ${MAP_FOR_PUT},
    numbered AS MATERIALIZED (
      SELECT i.*, nextval('hot.store_entry_seq_seq') AS seq
        FROM unnest($8::bytea[], $9::text[], $10::text[], $11::int[], $12::text[], $13::text[])
             AS i(key_hash, key, value, size, search_text, vector)),
    put AS (
      INSERT INTO hot.store_entry AS e (store_id, key_hash, seq, key, value, size, search_text, vector)
      SELECT map.store_id, i.key_hash, i.seq, i.key, i.value, i.size, i.search_text, i.vector
        FROM map, numbered i ORDER BY i.key_hash ${OVERWRITE}),
    ${tally('put', '$7')} ${OUTCOME}`,
);

/** $5 slot, $6 hash. */
export const DELETE = statement(
  'stores_delete',
  `WITH ${OURS},
    gone AS (
      DELETE FROM hot.store_entry e USING ours, hot.store_map m
       WHERE m.env_id = $1::uuid AND m.name = $2::text AND e.store_id = m.store_id AND e.key_hash = $6::bytea
      RETURNING e.store_id, -1 AS entries, -e.size AS bytes),
    ${tally('gone', '$5')}
   SELECT (SELECT count(*)::int FROM ours) AS ours, (SELECT count(*)::int FROM gone) AS gone`,
);

/** $5 slot. What is put meanwhile stays, and is counted. */
export const CLEAR = statement(
  'stores_clear',
  `WITH ${OURS},
    gone AS (
      DELETE FROM hot.store_entry e USING ours, hot.store_map m
       WHERE m.env_id = $1::uuid AND m.name = $2::text AND e.store_id = m.store_id
      RETURNING e.store_id, -1 AS entries, -e.size AS bytes),
    ${tally('gone', '$5')}
   SELECT (SELECT count(*)::int FROM ours) AS ours, (SELECT count(*)::int FROM gone) AS gone`,
);

/** Entries and counters go with the map. */
export const DESTROY = statement(
  'stores_destroy',
  `WITH ${OURS},
    gone AS (
      DELETE FROM hot.store_map m USING ours WHERE m.env_id = $1::uuid AND m.name = $2::text RETURNING m.store_id)
   SELECT (SELECT count(*)::int FROM ours) AS ours, (SELECT count(*)::int FROM gone) AS gone`,
);

/** $5 text search, $6 embedding, $7 org, $8 id. Embeddings may be turned on later. */
export const ENSURE = statement(
  'stores_ensure',
  `WITH ${OURS},
    made AS (
      INSERT INTO hot.store_map AS m (store_id, org_id, env_id, name, text_search, embedding)
      SELECT $8::uuid, $7::uuid, $1::uuid, $2::text, $5::boolean, $6::text FROM ours
      ON CONFLICT (env_id, name) DO UPDATE SET embedding = excluded.embedding
       WHERE m.embedding IS NULL AND excluded.embedding IS NOT NULL AND m.text_search = excluded.text_search
      RETURNING m.text_search, m.embedding),
    found AS (
      SELECT text_search, embedding FROM made
      UNION ALL
      SELECT m.text_search, m.embedding FROM hot.store_map m
       WHERE m.env_id = $1::uuid AND m.name = $2::text AND NOT EXISTS (SELECT 1 FROM made))
   SELECT (SELECT count(*)::int FROM ours) AS ours, found.text_search, found.embedding
     FROM (SELECT 1) one LEFT JOIN found ON true`,
);

export const GET = statement(
  'stores_get',
  `SELECT e.value FROM hot.store_map m JOIN hot.store_entry e ON e.store_id = m.store_id
    WHERE m.env_id = $1::uuid AND m.name = $2::text AND e.key_hash = $3::bytea`,
);

export const COUNT = statement(
  'stores_count',
  `SELECT coalesce(sum(t.entries), 0)::bigint AS entries
     FROM hot.store_map m JOIN hot.store_tally t ON t.store_id = m.store_id
    WHERE m.env_id = $1::uuid AND m.name = $2::text`,
);

export const BYTES_OF_ORG = statement(
  'stores_bytes_of_org',
  `SELECT coalesce(sum(t.bytes), 0)::bigint AS bytes
     FROM hot.store_map m JOIN hot.store_tally t ON t.store_id = m.store_id WHERE m.org_id = $1::uuid`,
);

const MAP = `map AS MATERIALIZED (SELECT store_id FROM hot.store_map WHERE env_id = $1::uuid AND name = $2::text)`;

/**
 * Values beyond so many bytes ($3) are left out, which the reader of the answer must not take for an answer. They are
 * not even read from where the database keeps large ones.
 */
const bounded = (rows: string, order: string, more = ''): string => `
  SELECT seq, key, CASE WHEN total <= $3::bigint THEN value END AS value${more}
    FROM (SELECT r.*, sum(r.size + 24) OVER (ORDER BY ${order}) AS total FROM (${rows}) r) AS page
   ORDER BY ${order}`;

/** $4 limit, $5 the sequence number after which to begin. */
export const LIST_AFTER = statement(
  'stores_list_after',
  `WITH ${MAP} ${bounded(
    `SELECT e.seq, e.key, e.value, e.size FROM hot.store_entry e
      WHERE e.store_id = (SELECT store_id FROM map) AND e.seq > $5::bigint ORDER BY e.seq LIMIT $4::bigint`,
    'seq',
  )}`,
);

/** $4 limit, $5 offset: skipped in the index alone. */
export const LIST_FROM = statement(
  'stores_list_from',
  `WITH ${MAP},
    start AS MATERIALIZED (
      SELECT s.seq FROM hot.store_entry s WHERE s.store_id = (SELECT store_id FROM map)
       ORDER BY s.seq OFFSET $5::bigint LIMIT 1)
   ${bounded(
     `SELECT e.seq, e.key, e.value, e.size FROM hot.store_entry e
       WHERE e.store_id = (SELECT store_id FROM map) AND e.seq >= (SELECT seq FROM start)
       ORDER BY e.seq LIMIT $4::bigint`,
     'seq',
   )}`,
);

const edge = (order: string): string => `
  WITH ${MAP}
  SELECT e.key, e.value FROM hot.store_entry e WHERE e.store_id = (SELECT store_id FROM map) ORDER BY e.seq ${order} LIMIT 1`;

export const FIRST = statement('stores_first', edge('ASC'));
export const LAST = statement('stores_last', edge('DESC'));

/**
 * $4 limit, $5 whole query, $6 longest word, $7 all words, $8 least score. The whole query in one piece is worth 1, all of
 * its words 0.5.
 */
const search = (first: string): string => `
  WITH ${MAP} ${bounded(
    `SELECT * FROM (
       SELECT e.seq, e.key, e.value, e.size, CASE WHEN e.search_text LIKE $5::text THEN 1.0 ELSE 0.5 END AS score
         FROM hot.store_entry e
        WHERE e.store_id = (SELECT store_id FROM map) AND e.search_text IS NOT NULL AND ${first}
          AND e.search_text LIKE ALL ($7::text[])) hits
      WHERE score >= $8::numeric ORDER BY score DESC, seq LIMIT $4::bigint`,
    'score DESC, seq',
    ', score',
  )}`;

export const SEARCH = statement('stores_search', search('e.search_text LIKE $6::text'));
/** For words too short for trigrams, with which the index would be read from end to end: it can't serve this. */
export const SEARCH_ALL = statement('stores_search_all', search(`(e.search_text || '') LIKE $6::text`));

/** $3 limit, $4 the sequence number after which to begin. */
export const VECTORS = statement(
  'stores_vectors',
  `WITH ${MAP}
   SELECT e.seq, e.vector FROM hot.store_entry e
    WHERE e.store_id = (SELECT store_id FROM map) AND e.seq > $4::bigint AND e.vector IS NOT NULL
    ORDER BY e.seq LIMIT $3::bigint`,
);

/** $4 sequence numbers. */
export const ENTRIES = statement(
  'stores_entries',
  `WITH ${MAP} ${bounded(
    `SELECT e.seq, e.key, e.value, e.size FROM hot.store_entry e
      WHERE e.store_id = (SELECT store_id FROM map) AND e.seq = ANY ($4::bigint[])`,
    'seq',
  )}`,
);
