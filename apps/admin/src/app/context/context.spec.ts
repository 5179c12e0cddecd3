import type { ContextKeyDetail } from '@app/contracts';
import { levelRows } from './level-rows';
import { firstOf, usedWords } from './uses';
import { descriptionProblem, keyProblem, valueProblem } from './value-rules';

const level = (project: string | null) => ({
  project,
  description: null,
  created_at: '',
  updated_at: '',
  changed_by: null,
});
const detail = (more: Partial<ContextKeyDetail>): ContextKeyDetail => ({
  key: 'KEY',
  states: [],
  levels: [],
  used_by: [],
  missing_in: [],
  updated_at: null,
  changed_by: null,
  effects: [],
  ...more,
});

describe('levels of a variable', () => {
  it('show what each project finds, those that are concerned first', () => {
    const rows = levelRows(
      detail({
        levels: [level(null), level('shop')],
        used_by: [{ project: 'crm', required: true, secret: true, declared_by: ['::crm'] }],
        effects: [
          { project: 'attic', source: 'environment', missing: false },
          { project: 'crm', source: 'environment', missing: false },
          { project: 'shop', source: 'project', missing: false },
        ],
      }),
    );
    expect(rows.map(({ project, state }) => [project, state])).toEqual([
      [null, 'set'],
      ['crm', 'inherited'],
      ['shop', 'set'],
      ['attic', 'inherited'],
    ]);
  });

  it('tell a missing value from one that nobody needs', () => {
    const rows = levelRows(
      detail({
        effects: [
          { project: 'a', source: 'nothing', missing: true },
          { project: 'b', source: 'nothing', missing: false },
        ],
      }),
    );
    expect(rows.map(({ state }) => state)).toEqual(['nothing', 'missing', 'nothing']);
  });
});

describe('words of a variable', () => {
  it('name the projects that read it', () => {
    expect([firstOf(['a']), firstOf(['a', 'b']), firstOf(['a', 'b', 'c'])]).toEqual([
      'a',
      'a and b',
      'a and 2 more',
    ]);
    const use = { project: 'shop', required: false, secret: true, declared_by: [] };
    expect(usedWords(detail({ used_by: [use] }))).toBe('shop (optional)');
  });
});

describe('what a variable may be', () => {
  it.each(['', 'two words', '..', 'x'.repeat(256)])('refuses the key %p', (key) => {
    expect(keyProblem(key)).not.toBe('');
  });

  it('counts a value in bytes and reads JSON', () => {
    expect(keyProblem('anthropic.api.key')).toBe('');
    expect(valueProblem('€'.repeat(21_846), 'text')).toContain('64 KiB');
    expect(valueProblem('{', 'json')).toContain('JSON');
    expect(valueProblem('{"a":1}', 'json')).toBe('');
    expect(valueProblem('', 'text')).not.toBe('');
    expect(descriptionProblem('x'.repeat(2001))).not.toBe('');
  });
});
