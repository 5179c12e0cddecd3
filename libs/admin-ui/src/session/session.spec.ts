import type { Me } from '@app/contracts';
import { envKindOf } from './env-kind';
import { rememberScope } from './last-scope';
import { findScope, landingScope, scopeOf } from './scope';

const env = (name: string) => ({ env_id: `id-${name}`, name, capabilities: [] });
const ME: Me = {
  user: { user_id: 'u', email: 'ada@example.com', name: 'Ada' },
  csrf_token: 'c',
  api_url: 'http://localhost:4681',
  development: true,
  version: '1',
  orgs: [
    { org_id: 'o1', slug: 'empty', name: 'Empty', kind: 'organization', role: 'admin', envs: [] },
    {
      org_id: 'o2',
      slug: 'acme',
      name: 'Acme',
      kind: 'organization',
      role: 'member',
      envs: [env('development'), env('Production')],
    },
  ],
};

describe('scopes', () => {
  beforeEach(() => localStorage.clear());

  it('are read from the address, with the section of the page', () => {
    expect(scopeOf('/o/acme/e/my%20env/runs/0198?sel=call:1')).toEqual({
      org: 'acme',
      env: 'my env',
      section: 'runs',
    });
    expect(scopeOf('/login?return=/o/acme/e/x')).toBeNull();
  });

  it('find environments by name in any case, and by id', () => {
    expect(findScope(ME, { org: 'acme', env: 'production' })?.env.name).toBe('Production');
    expect(findScope(ME, { org: 'o2', env: 'id-development' })?.env.name).toBe('development');
    expect(findScope(ME, { org: 'acme', env: 'staging' })).toBeNull();
    expect(findScope(ME, { org: 'other', env: 'development' })).toBeNull();
  });

  it('lead to where somebody was, if it is still theirs', () => {
    expect(landingScope(ME)).toEqual({ org: 'acme', env: 'development' });
    rememberScope({ org: 'acme', env: 'Production' });
    expect(landingScope(ME)).toEqual({ org: 'acme', env: 'Production' });
    rememberScope({ org: 'gone', env: 'x' });
    expect(landingScope(ME)).toEqual({ org: 'acme', env: 'development' });
    expect(landingScope({ ...ME, orgs: [] })).toBeNull();
  });
});

describe('envKindOf', () => {
  it.each([
    ['production', 'production'],
    ['PROD', 'production'],
    ['eu-prod', 'production'],
    ['staging', 'staging'],
    ['qa-2', 'staging'],
    ['pr-81', 'preview'],
    ['development', 'development'],
    ['products', 'development'],
    ['local', 'development'],
  ])('takes %s for %s', (name, kind) => {
    expect(envKindOf(name)).toBe(kind);
  });
});
