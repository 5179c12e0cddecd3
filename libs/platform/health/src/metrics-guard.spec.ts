import type { IncomingMessage } from 'node:http';
import { mayReadMetrics } from './metrics-guard';

const from = (remoteAddress: string, headers: Record<string, string> = {}): IncomingMessage =>
  ({ headers, socket: { remoteAddress } }) as unknown as IncomingMessage;

describe('who may read the metrics', () => {
  it.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])(
    'is %s where there is no token',
    (address) => {
      expect(mayReadMetrics(from(address), undefined)).toBe(true);
    },
  );

  it.each(['10.0.0.1', '192.168.1.1', '::ffff:10.0.0.1', '::2', ''])('is not %p', (address) => {
    expect(mayReadMetrics(from(address), undefined)).toBe(false);
  });

  it.each(['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'])(
    'is nobody behind a proxy here (%s)',
    (name) => {
      expect(mayReadMetrics(from('127.0.0.1', { [name]: '127.0.0.1' }), undefined)).toBe(false);
    },
  );

  it('is whoever has the token, from anywhere, and nobody else', () => {
    expect(mayReadMetrics(from('10.0.0.1', { authorization: 'Bearer t0k' }), 't0k')).toBe(true);
    for (const authorization of ['Bearer t0', 'Bearer t0k ', 'Basic t0k', '']) {
      expect([authorization, mayReadMetrics(from('127.0.0.1', { authorization }), 't0k')]).toEqual([
        authorization,
        false,
      ]);
    }
  });
});
