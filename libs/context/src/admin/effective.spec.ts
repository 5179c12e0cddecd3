import { contextKeys, effectsOf, type Declared, type SetLevel } from './effective';

const level = (key: string, project: string | null, minute = 0): SetLevel => ({
  key,
  project,
  description: null,
  created_at: new Date('2026-01-01T00:00:00Z'),
  updated_at: new Date(Date.UTC(2026, 0, 1, 0, minute)),
  user_id: 'u',
  user_name: `at ${minute}`,
});
const need = (key: string, project: string, more: Partial<Declared> = {}): Declared => ({
  key,
  project,
  required: true,
  secret: true,
  declared_by: '::shop/charge',
  ...more,
});

describe('effective context', () => {
  it('is missing where code requires what neither the project nor the environment has', () => {
    const [row] = contextKeys([level('KEY', 'shop')], [need('KEY', 'shop'), need('KEY', 'crm')]);
    expect(row?.missing_in).toEqual(['crm']);
    expect(row?.states).toEqual(['missing']);
    expect(row === undefined ? [] : effectsOf(row, ['crm', 'idle', 'shop'])).toEqual([
      { project: 'crm', source: 'nothing', missing: true },
      { project: 'idle', source: 'nothing', missing: false },
      { project: 'shop', source: 'project', missing: false },
    ]);
  });

  it('is not missing when code can do without it', () => {
    const [row] = contextKeys([], [need('KEY', 'shop', { required: false })]);
    expect(row).toMatchObject({ missing_in: [], states: [], updated_at: null });
  });

  it('comes from the environment unless the project has its own', () => {
    const [row] = contextKeys([level('KEY', 'shop', 5), level('KEY', null, 3)], [need('KEY', 'shop')]);
    expect(row?.levels.map(({ project }) => project)).toEqual([null, 'shop']);
    expect(row?.states).toEqual(['overridden']);
    expect(row?.changed_by?.name).toBe('at 5');
    expect(row === undefined ? [] : effectsOf(row, ['crm', 'shop']).map(({ source }) => source)).toEqual([
      'environment',
      'project',
    ]);
  });

  it('is unused when no serving build declares it', () => {
    expect(contextKeys([level('OLD', null)], [])[0]?.states).toEqual(['unused']);
  });

  it('joins the places of one project, required when one of them requires it', () => {
    const [row] = contextKeys(
      [],
      [
        need('KEY', 'shop', { required: false, secret: false }),
        need('KEY', 'shop', { declared_by: '::shop' }),
      ],
    );
    expect(row?.used_by).toEqual([
      { project: 'shop', required: true, secret: true, declared_by: ['::shop', '::shop/charge'] },
    ]);
  });
});
