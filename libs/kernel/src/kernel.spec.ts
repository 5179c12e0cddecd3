import {
  AppError,
  ERROR_CODES,
  NotFoundError,
  idFloor,
  idTimeMs,
  newId,
  newIdAt,
  parsePaging,
  parseUuid,
} from './index';

describe('ids', () => {
  it('sort in the order they were made, also many in one millisecond', () => {
    const ids = Array.from({ length: 20_000 }, () => newId());
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are UUIDs of version 7, variant 2', () => {
    for (let i = 0; i < 1000; i += 1) {
      expect(newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  it('carry the time they were made at', () => {
    for (const ms of [0, 1, 0xffff, 0x10000, 1_772_439_330_412, 2 ** 47]) {
      expect(idTimeMs(newIdAt(ms))).toBe(ms);
      expect(newIdAt(ms) >= idFloor(ms)).toBe(true);
      expect(newIdAt(ms) < idFloor(ms + 1)).toBe(true);
    }
    expect(Math.abs((idTimeMs(newId()) ?? 0) - Date.now())).toBeLessThan(5_000);
  });

  it('say nothing about time in other versions', () => {
    expect(idTimeMs('6f1c1c1e-1111-4111-8111-111111111111')).toBeNull();
  });

  it.each([
    ['0198C6A0-11D2-7C33-8A10-2F6F3C0B9D01', '0198c6a0-11d2-7c33-8a10-2f6f3c0b9d01'],
    ['0198c6a011d27c338a102f6f3c0b9d01', '0198c6a0-11d2-7c33-8a10-2f6f3c0b9d01'],
    ['orders', null],
    ['0198c6a0-11d2-7c33-8a10-2f6f3c0b9d0', null],
    ['0198c6a0-11d27c33-8a10-2f6f3c0b9d01-', null],
    ['{198c6a0-11d2-7c33-8a10-2f6f3c0b9d01', null],
  ])('reads %s as %s', (text, id) => {
    expect(parseUuid(text)).toBe(id);
  });
});

describe('paging', () => {
  it.each([
    [undefined, undefined, 20, 0],
    ['0', '-1', 1, 0],
    ['9999', '7', 500, 7],
    ['-5', '0', 1, 0],
    ['501', '99999999999999999999', 500, Number.MAX_SAFE_INTEGER],
  ])('clamps limit %s and offset %s', (limit, offset, wantLimit, wantOffset) => {
    expect(parsePaging(limit, offset)).toEqual({ limit: wantLimit, offset: wantOffset });
  });

  it.each(['abc', '1.5', '', ' 1', '1e3', '0x10'])('refuses %j', (text) => {
    expect(() => parsePaging(text, undefined)).toThrow('limit must be an integer');
    expect(() => parsePaging(undefined, text)).toThrow('offset must be an integer');
  });
});

describe('errors', () => {
  it('take status and kind from the one list', () => {
    expect(new NotFoundError('Project')).toMatchObject({
      code: 'not_found',
      status: 404,
      kind: 'not_found',
      message: 'Project not found',
    });
    expect(new AppError('domain_limit_reached', 'No more')).toMatchObject({ status: 403, kind: 'limit' });
  });

  it('use a status for one purpose only', () => {
    for (const [code, { status }] of Object.entries(ERROR_CODES)) {
      expect([400, 401, 403, 404, 405, 409, 413, 415, 429, 500, 503]).toContain(status);
      expect(code).toMatch(/^[a-z_]+$/);
    }
  });
});
