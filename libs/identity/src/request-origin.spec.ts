import { isLocalRequest, isLoopbackHost, isSameOrigin, type RequestOrigin } from './request-origin';

const base: RequestOrigin = {
  protocol: 'http',
  host: 'localhost:4680',
  origin: undefined,
  secFetchSite: undefined,
  remoteAddress: '127.0.0.1',
  forwarded: false,
};

describe('isSameOrigin', () => {
  it('accepts our own page and refuses any other', () => {
    expect(isSameOrigin({ ...base, origin: 'http://localhost:4680' })).toBe(true);
    expect(isSameOrigin({ ...base, origin: 'http://localhost:4681' })).toBe(false);
    expect(isSameOrigin({ ...base, origin: 'https://evil.example' })).toBe(false);
    expect(isSameOrigin({ ...base, origin: 'null' })).toBe(false);
  });

  it('accepts the configured address of the app behind a proxy that changes the host', () => {
    const request = { ...base, host: 'backend:4680', origin: 'https://hot.example.com' };
    expect(isSameOrigin(request)).toBe(false);
    expect(isSameOrigin(request, 'https://hot.example.com/')).toBe(true);
  });

  it('trusts the browser’s own word when no origin was sent', () => {
    expect(isSameOrigin({ ...base, secFetchSite: 'cross-site' })).toBe(false);
    expect(isSameOrigin({ ...base, secFetchSite: 'same-site' })).toBe(false);
    expect(isSameOrigin({ ...base, secFetchSite: 'same-origin' })).toBe(true);
    expect(isSameOrigin(base)).toBe(true);
  });
});

describe('isLocalRequest', () => {
  it('accepts this machine by any of its names', () => {
    for (const host of ['localhost:4680', '127.0.0.1:4680', '[::1]:4680', 'hot.localhost']) {
      expect(isLocalRequest({ ...base, host })).toBe(true);
    }
    expect(isLocalRequest({ ...base, remoteAddress: '::ffff:127.0.0.1' })).toBe(true);
  });

  it('refuses a name that was rebound to this machine, another machine, and what a proxy passed on', () => {
    expect(isLocalRequest({ ...base, host: 'evil.example:4680' })).toBe(false);
    expect(isLocalRequest({ ...base, remoteAddress: '192.168.1.7' })).toBe(false);
    expect(isLocalRequest({ ...base, forwarded: true })).toBe(false);
  });

  it('is not fooled by names that only look local', () => {
    for (const host of ['localhost.evil.example', '127.0.0.1.evil.example', '127.evil', '']) {
      expect(isLoopbackHost(host)).toBe(false);
    }
  });
});
