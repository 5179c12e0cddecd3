import { hostNameOf, isKnownHost, ownHostsOf } from './host-routing';

describe('the name in a Host header', () => {
  it.each([
    ['Hooks.Example.com:4681', 'hooks.example.com'],
    ['localhost', 'localhost'],
    ['127.0.0.1:80', '127.0.0.1'],
    ['[::1]:4681', '::1'],
    ['[::1]', '::1'],
    ['::1', '::1'],
    [' a.example ', 'a.example'],
  ])('of %p is %p', (header, name) => {
    expect(hostNameOf(header)).toBe(name);
  });

  it('is none where there is no header', () => {
    expect([undefined, '', '  '].map(hostNameOf)).toEqual([null, null, null]);
  });
});

describe('hosts of the platform itself', () => {
  it('are localhost, every address, the names that clients know and those configured', () => {
    for (const host of ['localhost', '10.1.2.3', '::1', 'fe80::1', 'api.hot.dev', 'api.hot-stg.dev', 'api']) {
      expect([host, isKnownHost(host, ['API'])]).toEqual([host, true]);
    }
  });

  it.each(['hooks.example.com', 'localhost.example.com', 'api.hot.dev.example.com', '1.2.3', ''])(
    'are not %p',
    (host) => {
      expect(isKnownHost(host, ['api'])).toBe(false);
    },
  );

  it('are also that of the address that people are shown', () => {
    expect(ownHostsOf({ knownHosts: ['api'], apiUrl: 'https://api.example.com:8443/x' })).toEqual([
      'api',
      'api.example.com',
    ]);
    expect(ownHostsOf({ knownHosts: ['api'], apiUrl: undefined })).toEqual(['api']);
  });
});
