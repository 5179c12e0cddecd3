import type { PermissionMap } from '@app/contracts';
import { readPermissionJson, writePermissionJson } from './permission-json';
import { mapOfRows, rowsOfMap } from './permission-rows';
import {
  beyond,
  covers,
  describe as inWords,
  grantedBy,
  riskOf,
  summarize,
  validatePermissions,
} from './permissions';

describe('validatePermissions', () => {
  it.each<PermissionMap>([
    { 'mcp:weather/*': ['execute'] },
    { 'event:user:*': ['create', 'read'] },
    { 'event:*': ['*'] },
    { '*:*': ['*'] },
    { '*:*': ['read', 'create'] },
    {},
    { 'call:::shop::orders/ship': ['create'] },
    { 'context:*': ['create', 'read', 'update', 'delete'] },
    { 'session:*': ['delete'] },
    { 'custom-thing:abc': ['update'] },
    { 'MCP:*': ['create'] },
    { 'event:a b:c': ['read'] },
    { 'mcp:*': ['execute', 'execute'] },
  ])('accepts %j', (permissions) => {
    expect(validatePermissions(permissions)).toEqual([]);
  });

  it.each<[PermissionMap, string]>([
    [{ 'no-colon-here': ['read'] }, 'Invalid resource'],
    [{ '': ['read'] }, 'Invalid resource'],
    [{ ':path': ['read'] }, 'Invalid resource'],
    [{ ':': ['read'] }, 'Invalid resource'],
    [{ 'mcp:': ['execute'] }, 'Invalid resource'],
    [{ '*': ['read'] }, 'Invalid resource'],
    [{ '*:foo': ['read'] }, 'Invalid resource'],
    [{ 'mcp!:test': ['read'] }, 'Invalid resource'],
    [{ 'event :test': ['read'] }, 'Invalid resource'],
    [{ 'my_type:1': ['read'] }, 'Invalid resource'],
    [{ ' mcp:x': ['execute'] }, 'Invalid resource'],
    [{ 'mcp:*': [] }, 'Empty action list'],
    [{ 'mcp:*': ['Execute'] }, 'Invalid action'],
    [{ 'event:*': ['Read'] }, 'Invalid action'],
    [{ 'event:*': ['write'] }, 'Invalid action'],
    [{ 'event:*': [''] }, 'Invalid action'],
    [{ '*:*': ['fly'] }, 'Invalid action'],
    [{ 'custom-thing:a': ['list'] }, 'Invalid action'],
    [{ 'mcp:*': ['create'] }, 'Action not valid for resource'],
    [{ 'stream:abc': ['execute'] }, 'Action not valid for resource'],
    [{ 'event:a': ['delete'] }, 'Action not valid for resource'],
    [{ 'build:*': ['update'] }, 'Action not valid for resource'],
    [{ 'env:*': ['update'] }, 'Action not valid for resource'],
    [{ 'mcp:*': ['*', 'create'] }, 'Action not valid for resource'],
    [{ 'stream:*': ['read'], 'mcp:': ['execute'] }, 'Invalid resource'],
  ])('refuses %j: %s', (permissions, rule) => {
    expect(validatePermissions(permissions).map((violation) => violation.rule)).toEqual([rule]);
  });
});

describe('matching', () => {
  it.each<[PermissionMap, string, string, boolean]>([
    [{ 'mcp:weather/get-forecast': ['execute'] }, 'mcp:weather/get-forecast', 'execute', true],
    [{ 'mcp:weather/get-forecast': ['execute'] }, 'mcp:weather/get-forecast', 'read', false],
    [{ 'mcp:weather/*': ['execute'] }, 'mcp:weather', 'execute', false],
    [{ 'mcp:weather*': ['execute'] }, 'mcp:weatherman/x', 'execute', true],
    [{ 'mcp:weather': ['execute'] }, 'mcp:weather/lookup', 'execute', false],
    [{ 'event:order:*': ['create'] }, 'event:order:placed', 'create', true],
    [{ 'event:order:*': ['create'] }, 'event:*', 'create', false],
    [{ '*:*': ['read'] }, 'stream:abc', 'read', true],
    [{ 'event:*': ['*'] }, 'event:x', 'create', true],
    [{}, 'event:x', 'read', false],
    [{ 'mcp:*': ['execute'], 'stream:*': ['read'] }, 'stream:abc', 'execute', false],
  ])('%j on %s %s: %s', (permissions, urn, action, granted) => {
    expect(grantedBy(permissions, urn, action) !== null).toBe(granted);
  });

  it('takes a star inside a pattern literally', () => {
    expect(covers('event:a*b', 'event:axb')).toBe(false);
    expect(covers('event:a*b', 'event:a*b')).toBe(true);
  });
});

describe('beyond', () => {
  it.each<[PermissionMap, PermissionMap, readonly string[]]>([
    [{ 'mcp:*': ['execute'] }, { 'mcp:weather/*': ['*'] }, []],
    [{ 'event:*': ['read'] }, { 'event:order:*': ['*'] }, ['event:order:* create']],
    [{ 'stream:0198*': ['read'] }, { 'stream:*': ['read'] }, ['stream:* read']],
    [{ '*:*': ['*'] }, { '*:*': ['*'] }, []],
    [
      { 'custom-x:*': ['read'] },
      { 'custom-x:1': ['*'] },
      ['create', 'update', 'delete', 'execute'].map((a) => `custom-x:1 ${a}`),
    ],
  ])('of %j, %j asks for too much: %j', (mine, wanted, excess) => {
    expect(beyond(wanted, mine)).toEqual(excess);
  });
});

describe('what a set says of itself', () => {
  it('grades its risk', () => {
    expect(riskOf({})).toBe('none');
    expect(riskOf({ 'event:*': ['create'] })).toBe('narrow');
    expect(riskOf({ '*:*': ['read'] })).toBe('broad');
    expect(riskOf({ 'context:*': ['update'] })).toBe('broad');
    expect(riskOf({ '*:*': ['*'] })).toBe('unrestricted');
  });

  it('speaks in sentences and in two words', () => {
    expect(inWords({ 'event:order:*': ['create', 'read'], 'run:*': ['*'] })).toEqual([
      'create, read on events beginning with order:',
      'everything on all runs',
    ]);
    expect([
      summarize({ '*:*': ['*'] }),
      summarize({ '*:*': ['read'] }),
      summarize({ 'run:*': ['read'] }),
      summarize({}),
    ]).toEqual(['Full access', 'Read only', '1 rule', 'Nothing']);
  });
});

describe('the builder and the JSON mode', () => {
  it('are two views of one set', () => {
    const permissions = { 'event:user:*': ['create'], '*:*': ['read'], broken: ['read'] };
    expect(mapOfRows(rowsOfMap(permissions))).toEqual(permissions);
    expect(readPermissionJson(writePermissionJson(permissions))).toEqual({ ok: true, permissions });
  });

  it('put lines of the same resource together', () => {
    const rows = [
      { type: 'event', path: '*', actions: ['read'] },
      { type: 'event', path: '*', actions: ['create', 'read'] },
    ];
    expect(mapOfRows(rows)).toEqual({ 'event:*': ['read', 'create'] });
  });

  it.each(['{', '[]', '"x"', 'null', '{"event:*": "read"}', '{"event:*": [1]}'])(
    'refuse %s as a set',
    (text) => {
      expect(readPermissionJson(text).ok).toBe(false);
    },
  );
});
