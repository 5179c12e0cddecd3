import fc from 'fast-check';
import type { PermissionSet } from '@app/kernel';
import {
  ACTIONS,
  actionsOfType,
  findEscalation,
  isGranted,
  parsePermissions,
  problemOf,
  redactQuery,
  typeOfUrn,
} from './index';
import { DERIVED_SETS, INVALID_SETS, VALID_SETS } from './testing';

describe('validation', () => {
  it.each([...VALID_SETS])('row %i: accepts %j [api-15.11]', (_, set) => {
    expect(parsePermissions(set)).toBe(set);
  });

  it.each([...INVALID_SETS])('row %i: refuses %j [api-15.11]', (_, set, phrase) => {
    expect(() => parsePermissions(set)).toThrow(/^Invalid permissions: /);
    expect(problemOf(set)).toContain(phrase);
  });

  it('names what offends', () => {
    expect(problemOf({ 'mcp:*': ['create'] })).toBe('Action not valid for resource: "create" for "mcp:*"');
    expect(problemOf({ 'mcp:*': ['Go'] })).toBe('Invalid action: "Go" for "mcp:*"');
    expect(problemOf({ 'mcp:*': [] })).toBe('Empty action list: "mcp:*"');
    expect(problemOf({ oops: ['read'] })).toBe('Invalid resource: "oops"');
  });

  it('takes names of object members as ordinary types', () => {
    expect(problemOf({ 'constructor:x': ['update'] })).toBeNull();
  });
});

describe('matching', () => {
  const forecast: PermissionSet = { 'mcp:weather/get-forecast': ['execute'] };
  const orders: PermissionSet = { 'event:order:*': ['create'] };
  const readAll: PermissionSet = { '*:*': ['read'] };
  const events: PermissionSet = { 'event:*': ['*'] };
  it.each<[string, PermissionSet, string, string, boolean]>([
    ['1', forecast, 'mcp:weather/get-forecast', 'execute', true],
    ['2', forecast, 'mcp:weather/get-forecast', 'read', false],
    ['3', forecast, 'mcp:weather/other', 'execute', false],
    ['4', { 'mcp:*': ['execute'] }, 'mcp:time/now', 'execute', true],
    ['5', { 'mcp:*': ['execute'] }, 'stream:abc', 'execute', false],
    ['6', { 'mcp:weather/*': ['execute'] }, 'mcp:weather/lookup', 'execute', true],
    ['7', { 'mcp:weather/*': ['execute'] }, 'mcp:weather', 'execute', false],
    ['8', { 'mcp:weather/*': ['execute'] }, 'mcp:weatherman/x', 'execute', false],
    ['9', { 'mcp:weather*': ['execute'] }, 'mcp:weatherman/x', 'execute', true],
    ['10', { 'mcp:weather': ['execute'] }, 'mcp:weather/lookup', 'execute', false],
    ['11', orders, 'event:order:placed', 'create', true],
    ['12', orders, 'event:user:created', 'create', false],
    ['13', orders, 'event:order', 'create', false],
    ['14', orders, 'event:*', 'create', false],
    ['15', { 'event:*': ['read'] }, 'event:*', 'read', true],
    ['16', { '*:*': ['*'] }, 'anything:at/all', 'delete', true],
    ['17', readAll, 'stream:abc', 'read', true],
    ['18', readAll, 'mcp:a/b', 'execute', false],
    ['19', events, 'event:x', 'create', true],
    ['19', events, 'event:x', 'read', true],
    ['20', {}, 'event:x', 'read', false],
    ['21', { 'mcp:*': ['execute'], 'stream:*': ['read'] }, 'stream:abc', 'execute', false],
    ['22', { 'stream:01980001': ['read'] }, 'stream:01980002', 'read', false],
    ['23', { 'project:bill*': ['read'] }, 'project:billing-sync', 'read', true],
  ])('row %s: %j on %s %s', (_, set, urn, action, granted) => {
    expect(isGranted(set, urn, action)).toBe(granted);
  });
});

describe('the subset rule', () => {
  it.each([...DERIVED_SETS])('row %i: %j for %j [api-15.12]', (_, parent, requested, allowed) => {
    expect(findEscalation(parent, requested) === null).toBe(allowed);
  });

  it('compares what patterns stand for, not their texts: a star before the last is only a star', () => {
    const starred: PermissionSet = { 'mcp:a**': ['execute'] };
    expect(isGranted(starred, 'mcp:a*', 'execute')).toBe(true);
    expect(findEscalation(starred, { 'mcp:a*': ['execute'] })).toEqual({ urn: 'mcp:a*', action: 'execute' });
    expect(findEscalation({ 'mcp:**': ['execute'] }, { 'mcp:*': ['execute'] })).not.toBeNull();
    expect(findEscalation(starred, { 'mcp:a**': ['execute'], 'mcp:a*b': ['execute'] })).toBeNull();
    expect(findEscalation({ 'mcp:a*': ['execute'] }, { 'mcp:a**': ['execute'] })).toBeNull();
  });
});

describe('against a plain model, over random sets', () => {
  const type = fc.constantFrom('mcp', 'event', 'stream', 'call', 'custom', 'MCP');
  const path = fc
    .array(fc.constantFrom('a', 'b', '/', ':', '*'), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join(''));
  const urn = fc.oneof(
    { weight: 9, arbitrary: fc.tuple(type, path).map(([name, rest]) => `${name}:${rest}`) },
    { weight: 1, arbitrary: fc.constant('*:*') },
  );
  const actions = fc.array(fc.constantFrom(...ACTIONS, '*'), { minLength: 1, maxLength: 3 });
  const anySet = fc.dictionary(urn, actions, { maxKeys: 3 });
  const validSet = anySet.filter((set) => problemOf(set) === null);

  // The rule once more in other words: a pattern is a regular expression.
  const matches = (pattern: string, text: string): boolean => {
    if (pattern === '*:*') return true;
    const literal = (part: string): string => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const body = pattern.endsWith('*')
      ? `(${literal(pattern)}|${literal(pattern.slice(0, -1))}.*)`
      : literal(pattern);
    return new RegExp(`^${body}$`, 's').test(text);
  };
  const modelGrants = (set: PermissionSet, text: string, action: string): boolean =>
    Object.entries(set).some(
      ([pattern, list]) => matches(pattern, text) && list.some((one) => one === action || one === '*'),
    );

  it('takes as valid what the rules, written down one by one, take', () => {
    const ofType: Readonly<Record<string, readonly string[]>> = {
      mcp: ['execute'],
      event: ['create', 'read'],
      stream: ['read'],
      call: ['create', 'read'],
    };
    const isValid = (set: Readonly<Record<string, readonly string[]>>): boolean =>
      Object.entries(set).every(([key, list]) => {
        const [name = '', ...rest] = key.split(':');
        const resource = key === '*:*' || (/^[A-Za-z0-9-]+$/.test(name) && rest.join(':') !== '');
        const known: readonly string[] = ACTIONS;
        return (
          resource &&
          list.length > 0 &&
          list.every((one) => one === '*' || (known.includes(one) && (ofType[name] ?? known).includes(one)))
        );
      });
    const anyUrn = fc
      .array(fc.constantFrom('mcp', 'event', 'stream', 'call', 'x-1', 'x_1', ':', ':', '*', ' ', 'MCP'), {
        maxLength: 4,
      })
      .map((parts) => parts.join(''));
    const anyActions = fc.array(fc.constantFrom(...ACTIONS, '*', 'Read', ''), { maxLength: 3 });
    fc.assert(
      fc.property(fc.dictionary(anyUrn, anyActions, { maxKeys: 3 }), (set) => {
        expect(problemOf(set) === null).toBe(isValid(set));
      }),
      { numRuns: 40_000 },
    );
  });

  it('grants what the model grants', () => {
    fc.assert(
      fc.property(anySet, urn, fc.constantFrom(...ACTIONS), (set, text, action) => {
        expect(isGranted(set, text, action)).toBe(modelGrants(set, text, action));
      }),
      { numRuns: 60_000 },
    );
  });

  it('never lets a derived set grant, on any thing, what its parent does not [P6]', () => {
    fc.assert(
      fc.property(validSet, validSet, urn, fc.constantFrom(...ACTIONS), (parent, requested, text, action) => {
        fc.pre(findEscalation(parent, requested) === null);
        fc.pre(actionsOfType(typeOfUrn(text)).includes(action));
        if (modelGrants(requested, text, action)) expect(modelGrants(parent, text, action)).toBe(true);
      }),
      { numRuns: 30_000, maxSkipsPerRun: 1_000 },
    );
  });

  it('lets every set be derived from itself and from the unrestricted one', () => {
    fc.assert(
      fc.property(validSet, (set) => {
        expect(findEscalation(set, set)).toBeNull();
        expect(findEscalation({ '*:*': ['*'] }, set)).toBeNull();
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('query strings for the record', () => {
  it.each([
    [null, null],
    ['limit=2&token=abc&x', 'limit=2&token=[secret]&x'],
    ['Password=a%20b&key=&%zz=1', 'Password=[secret]&key=[secret]&%zz=1'],
  ])('%j becomes %j', (query, redacted) => {
    expect(redactQuery(query)).toBe(redacted);
  });
});
