import { sessionCookieFor, sessionTokenFrom } from './session-cookie';

const chrome =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36';
const safari =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15';

describe('sessionCookieFor', () => {
  const base = { secure: false, host: 'localhost:4680', userAgent: chrome, development: true };

  it('protects the cookie over HTTPS and on this machine', () => {
    for (const context of [base, { ...base, secure: true, host: 'hot.example.com', development: false }]) {
      expect(sessionCookieFor(context)).toEqual({ name: '__Host-hot_session', secure: true });
    }
  });

  it('falls back to a plain cookie where the browser would drop a secure one, in development only', () => {
    for (const context of [
      { ...base, host: '192.168.1.7:4680' },
      { ...base, userAgent: safari },
    ]) {
      expect(sessionCookieFor(context)).toEqual({ name: 'hot_session_dev', secure: false });
      expect(sessionCookieFor({ ...context, development: false })).toBeUndefined();
    }
  });
});

describe('sessionTokenFrom', () => {
  it('prefers the protected cookie and ignores the plain one outside development', () => {
    expect(sessionTokenFrom({ '__Host-hot_session': 'a', hot_session_dev: 'b' }, true)).toBe('a');
    expect(sessionTokenFrom({ hot_session_dev: 'b' }, true)).toBe('b');
    expect(sessionTokenFrom({ hot_session_dev: 'b' }, false)).toBeUndefined();
  });
});
