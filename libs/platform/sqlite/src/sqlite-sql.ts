/** What Node does not tell of a statement before it is run: which parameters it has, and where it ends. */

/** Parts in which nothing means anything: texts, quoted names, comments. An unfinished one reaches to the end. */
const OPAQUE = /'(?:[^']|'')*'?|"(?:[^"]|"")*"?|`(?:[^`]|``)*`?|\[[^\]]*\]?|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y;
const PARAMETER = /\?(\d{1,5}(?!\d))?|[:@$][\p{L}_][\p{L}\p{N}_]*/uy;

/** The parameters of a statement in the order of their numbers, as SQLite numbers them: names, null without one. */
export function parametersIn(sql: string): readonly (string | null)[] {
  const names: (string | null)[] = [];
  for (let at = 0; at < sql.length;) {
    OPAQUE.lastIndex = PARAMETER.lastIndex = at;
    const skipped = OPAQUE.exec(sql);
    const found = skipped === null ? PARAMETER.exec(sql) : null;
    if (found !== null) {
      const [name, digits = ''] = found;
      if (name === '?') names.push(null);
      else if (digits !== '') {
        while (names.length < Number(digits)) names.push(null);
        names[Number(digits) - 1] = name;
      } else if (!names.includes(name)) names.push(name);
    }
    at += (skipped ?? found)?.[0].length ?? 1;
  }
  return names;
}

/** Whether anything but blanks, comments and semicolons stands in a text. */
export function isEmptySql(sql: string): boolean {
  return sql.replace(/--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[\s;]/g, '') === '';
}
