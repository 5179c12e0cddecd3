import { placeOf, readAddress, tokenOf, withoutToken } from './webhook-address';

describe('addresses of webhooks', () => {
  it.each([
    ['pay/capture/abc', { place: 'pay/capture', token: 'abc' }],
    ['pay/capture/abc/', { place: 'pay/capture', token: 'abc' }],
    ['pay/a/b/c/abc', { place: 'pay/a/b/c', token: 'abc' }],
    ['pay/abc', { place: 'pay/', token: 'abc' }],
    ['pay/%C3%BCber/abc', { place: 'pay/über', token: 'abc' }],
    ['pay/abc//', { place: 'pay/abc', token: '' }],
    ['pay', null],
    ['', null],
    ['/abc', null],
    ['pay/%zz/abc', null],
  ])('read %s', (rest, expected) => {
    expect(readAddress(rest)).toEqual(expected === null || expected.token === '' ? null : expected);
  });

  it('are found by what is declared', () => {
    expect(placeOf({ service: 'pay', path: '/capture' })).toBe(readAddress('pay/capture/x')?.place);
    expect(placeOf({ service: 'pay', path: '/' })).toBe(readAddress('pay/x')?.place);
  });

  it('end in the last twelve digits of their id', () => {
    expect(tokenOf('0198c6b2-77aa-7e10-b0de-9a4c11e2d301')).toBe('9a4c11e2d301');
  });

  it('are shown without their token', () => {
    expect(withoutToken('/webhook/o/e/pay/capture/abc')).toBe('/webhook/o/e/pay/capture/[redacted]');
    expect(withoutToken('/webhook/o/e/pay/capture/abc/')).toBe('/webhook/o/e/pay/capture/[redacted]/');
  });
});
