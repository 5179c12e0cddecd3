import { isEmptySql, parametersIn } from './sqlite-sql';

describe('SQL, looked at without running it', () => {
  it.each([
    ['select ?, ?', [null, null]],
    ['select \'?\', ? -- ?\n, "?" /* ? */', [null]],
    ['select ?3, ?', [null, null, '?3', null]],
    ['select :a, :b, :a, @c, $d', [':a', ':b', '@c', '$d']],
    ["select 'it''s ?', [?], `?`", []],
    ["select 'unfinished ?", []],
    ['select a->>?1', ['?1']],
  ])('%s has these parameters: %j', (sql, names) => {
    expect(parametersIn(sql)).toEqual(names);
  });

  it.each([
    ['', true],
    [' ; -- x\n/* y */ ;', true],
    ['; select 1', false],
  ])('%j is empty: %s', (sql, empty) => {
    expect(isEmptySql(sql)).toBe(empty);
  });
});
