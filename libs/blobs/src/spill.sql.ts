/**
 * Table: blob_ref (insert). A part of the statements that write rows: their references come with them or not at all.
 */

/** A reference that goes in with the row of this id. */
export interface NewRef {
  readonly refId: string;
  readonly objectId: string;
  readonly form: number;
}

export interface RefsOf {
  readonly rowId: string;
  readonly refs: readonly NewRef[];
}

/**
 * Body of a CTE.
 * @param at the first of the four parameters that `refColumns` gives
 * @param rows relation of the rows that were written, with org_id, env_id, retention_class
 * @param id its column that has the row's id
 * @param kind SQL expression, over `w`
 */
export function insertRefs(at: number, rows: string, id: string, kind: string): string {
  return `INSERT INTO hot.blob_ref (blob_ref_id, blob_object_id, org_id, env_id, retention_class, source_kind, source_id, form)
    SELECT f.ref_id, f.object_id, w.org_id, w.env_id, w.retention_class, ${kind}, w.${id}, f.form
    FROM unnest($${at}::uuid[], $${at + 1}::uuid[], $${at + 2}::uuid[], $${at + 3}::smallint[])
      AS f(ref_id, object_id, row_id, form)
    JOIN ${rows} w ON w.${id} = f.row_id`;
}

/** Of a run that ended: `w` has run_type and status. */
export const KIND_OF_RESULT = `CASE WHEN w.run_type = 7 THEN 'task_result' WHEN w.status = 2 THEN 'run_result' ELSE 'run_failure' END`;

export function refColumns(rows: readonly RefsOf[]): unknown[] {
  const all = rows.flatMap(({ rowId, refs }) => refs.map((ref) => ({ rowId, ...ref })));
  return [
    all.map(({ refId }) => refId),
    all.map(({ objectId }) => objectId),
    all.map(({ rowId }) => rowId),
    all.map(({ form }) => form),
  ];
}
