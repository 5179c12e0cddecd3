import type { AddressPolicy } from './address-policy';
import { destinationOf } from './destination';
import { Gate } from './gate';
import { readNetwork } from './ip';
import {
  BAD_URLS,
  PRIVATE_ANSWERS,
  PRIVATE_URL_HOSTS,
  PUBLIC_URL_HOSTS,
} from './testing/private-destinations';

const CLOSED: AddressPolicy = { allowPrivate: false, allowed: [] };
const PUBLIC = '93.184.215.14';

/** A gate whose name server answers in turn, and remembers what it was asked. */
function gateOf(answers: readonly (readonly string[])[] = [[PUBLIC]], policy = CLOSED) {
  const asked: string[] = [];
  const gate = new Gate(policy, {
    resolve: (host) => {
      asked.push(host);
      return Promise.resolve(answers[Math.min(asked.length, answers.length) - 1] ?? []);
    },
  });
  const admit = (url: string): Promise<readonly string[]> => gate.admit(destinationOf(url));
  return { admit, asked };
}

describe('the way out', () => {
  it.each([...PRIVATE_URL_HOSTS])('does not lead to %s', async (host) => {
    const { admit, asked } = gateOf();
    await expect(admit(`http://${host}/`)).rejects.toMatchObject({ code: 'denied' });
    await expect(admit(`https://user:password@${host}:8443/a?b#c`)).rejects.toMatchObject({ code: 'denied' });
    expect(asked).toEqual([]);
  });

  it.each(PRIVATE_ANSWERS.map((answer) => [answer.join(' and '), answer] as const))(
    'does not lead to a name whose addresses are %s',
    async (_title, answer) => {
      const { admit } = gateOf([answer]);
      await expect(admit('https://harmless.test/')).rejects.toMatchObject({
        code: 'denied',
        message: 'the address of harmless.test is not public',
      });
    },
  );

  it.each([...PUBLIC_URL_HOSTS])('leads to %s', async (host) => {
    const { admit, asked } = gateOf();
    await expect(admit(`http://${host}/`)).resolves.toHaveLength(1);
    expect(asked).toEqual([]);
  });

  it.each([...BAD_URLS])('knows no URL %j', (url) => {
    expect(() => destinationOf(url)).toThrow(expect.objectContaining({ code: 'invalid' }) as Error);
  });

  it('has more than two hundred rows that refuse', () => {
    const rows = new Set([...PRIVATE_URL_HOSTS, ...PRIVATE_ANSWERS.map(String), ...BAD_URLS]);
    expect(rows.size).toBeGreaterThan(250);
  });

  it('checks anew at every request: a name may lead elsewhere the second time [P8]', async () => {
    const { admit } = gateOf([[PUBLIC], ['127.0.0.1']]);
    await expect(admit('http://rebind.test/')).resolves.toEqual([PUBLIC]);
    await expect(admit('http://rebind.test/')).rejects.toMatchObject({ code: 'denied' });
  });

  it.each([22, 25, 110, 587, 2049, 6000, 6667])(
    'does not lead to port %d, where other protocols live',
    async (port) => {
      const { admit, asked } = gateOf();
      await expect(admit(`http://harmless.test:${port}/`)).rejects.toMatchObject({ code: 'denied' });
      expect(asked).toEqual([]);
    },
  );

  it('leads to what was allowed by name of its network, and to nothing beside it', async () => {
    const allowed = ['10.2.0.0/16', 'fd12::/32', '192.168.7.9']
      .map((text) => readNetwork(text))
      .filter((n) => n !== null);
    const { admit } = gateOf(undefined, { allowPrivate: false, allowed });
    for (const host of ['10.2.0.1', '10.2.255.255', '[::ffff:10.2.3.4]', '[fd12::1]', '192.168.7.9'])
      await expect(admit(`http://${host}/`)).resolves.toHaveLength(1);
    for (const host of ['10.3.0.0', '10.1.255.255', '[fd13::1]', '192.168.7.8', '127.0.0.1'])
      await expect(admit(`http://${host}/`)).rejects.toMatchObject({ code: 'denied' });
  });

  it('leads everywhere when private addresses are allowed', async () => {
    const { admit } = gateOf([['127.0.0.1']], { allowPrivate: true, allowed: [] });
    for (const host of ['127.0.0.1', '[::1]', 'localhost', '192.168.0.1:22'])
      await expect(admit(`http://${host}/`)).resolves.toHaveLength(1);
  });
});

describe('a destination', () => {
  it('keeps credentials as a header and out of its address', () => {
    const { url, authorization } = destinationOf('https://us%40er:pa%3Ass%zz@example.test/a?b=c#frag');
    expect(url.href).toBe('https://example.test/a?b=c');
    expect(authorization).toBe(`Basic ${Buffer.from('us@er:pa%3Ass%zz').toString('base64')}`);
  });

  it.each([
    ['http://example.test', 80, 'example.test'],
    ['https://example.test', 443, 'example.test'],
    ['https://example.test:80', 80, 'example.test'],
    ['https://[2606:4700::1]:8443/x', 8443, '2606:4700::1'],
    ['HTTP://EXAMPLE.test/', 80, 'example.test'],
    ['http:example.test', 80, 'example.test'],
    ['http:\\\\example.test\\@127.0.0.1', 80, 'example.test'],
    ['http://example.test#@127.0.0.1/', 80, 'example.test'],
    ['http://example.test?@127.0.0.1/', 80, 'example.test'],
    ['http://127.0.0.1:80\\@example.test/', 80, '127.0.0.1'],
    ['http://a@b@example.test/', 80, 'example.test'],
    [' \thttp://example.test/\n', 80, 'example.test'],
  ])('reads %j as port %d of %s', (text, port, host) => {
    expect(destinationOf(text)).toMatchObject({ port, host });
  });
});

describe('a network', () => {
  it.each([
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.0/',
    '10.0.0.0/-1',
    'fd00::/129',
    'example.test',
    '',
    '10.0.0.0/8/8',
    '10.0.0.0/8.5',
  ])('is not %j', (text) => {
    expect(readNetwork(text)).toBeNull();
  });
});
