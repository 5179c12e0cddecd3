import type { DerivedKeyRow } from '@app/contracts';
import { endsSoon, nameOf, permissionLines, permissionWords } from './kinds';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const key = (more: Partial<DerivedKeyRow> = {}): DerivedKeyRow => ({
  id: 'i',
  prefix: 's_0193a7b2',
  name: null,
  description: null,
  state: 'active',
  permissions: {},
  parent: { api_key_id: 'p', description: 'CI' },
  created_at: '2025-12-01T00:00:00Z',
  last_used_at: null,
  expires_at: null,
  metadata_preview: null,
  ...more,
});

describe('a derived key', () => {
  it('is called by its name, or by how its token begins', () => {
    expect([nameOf(key({ name: 'Acme' })), nameOf(key())]).toEqual(['Acme', 's_0193a7b2…']);
  });

  it('says what it may do, one rule in full', () => {
    expect(permissionWords({ 'stream:*': ['read'] })).toBe('stream:* read');
    expect(permissionWords({ 'stream:*': ['read'], 'event:*': ['create'] })).toBe('2 rules');
    expect(permissionWords({})).toBe('nothing');
    expect(permissionLines({ 'event:*': ['create', 'read'] })).toEqual(['event:*: create, read']);
  });

  it('ends soon within two weeks, unless it has ended or is short by nature', () => {
    const soon = '2026-01-10T00:00:00Z';
    expect(endsSoon(key({ expires_at: soon }), 'service-keys', NOW)).toBe(true);
    expect(endsSoon(key({ expires_at: '2026-03-01T00:00:00Z' }), 'service-keys', NOW)).toBe(false);
    expect(endsSoon(key({ expires_at: soon, state: 'revoked' }), 'service-keys', NOW)).toBe(false);
    expect(endsSoon(key({ expires_at: soon }), 'sessions', NOW)).toBe(false);
  });
});
