import { requestValue, wholeRequest, type RequestFacts } from './request-value';

const facts = (more: Partial<RequestFacts> = {}): RequestFacts => ({
  method: 'POST',
  url: '/webhook/o/e/s/p',
  originalUrl: null,
  rawHeaders: [],
  secretHeaders: [],
  query: '',
  body: null,
  ip: null,
  auth: null,
  ...more,
});
const whole = (more: Partial<RequestFacts>): Readonly<Record<string, unknown>> =>
  (JSON.parse(wholeRequest(requestValue(facts(more)))) as { $val: Readonly<Record<string, unknown>> }).$val;

describe('a request as a value', () => {
  it('has nothing secret in what is stored, and all of it when it is put together', () => {
    const request = facts({
      originalUrl: { text: 'https://h/webhook/o/e/s/p/0123456789ab?a=1', secret: '0123456789ab' },
      rawHeaders: ['Cookie', 'a=1', 'cookie', 'b=2', 'X-Sig', 'sig-1', 'X-Other', 'o', 'x-other', 'p'],
      secretHeaders: ['x-sig'],
      auth: '{"type":"service-key","service-key":{"id":"i","name":"n","meta":{"b":1,"a":2}}}',
      body: Buffer.from('{"x":1.0}'),
    });
    const value = requestValue(request);
    expect(JSON.parse(value.shown)).toMatchObject({
      $type: '::hot::http/HttpRequest',
      $val: {
        'original-url': 'https://h/webhook/o/e/s/p/[redacted]?a=1',
        headers: { cookie: '<secret>', 'x-sig': '<secret>', 'x-other': 'o, p' },
        auth: '<secret>',
      },
    });
    for (const secret of ['0123456789ab', 'a=1; b=2', 'sig-1', 'service-key']) {
      expect([secret, value.shown.includes(secret)]).toEqual([secret, false]);
    }
    expect(value.secrets).toEqual(['"0123456789ab"', '"a=1; b=2"', '"sig-1"']);
    const text = wholeRequest(value);
    expect(text).toContain('"original-url":"https://h/webhook/o/e/s/p/0123456789ab?a=1"');
    expect(text).toContain('"headers":{"cookie":"a=1; b=2","x-sig":"sig-1","x-other":"o, p"}');
    expect(text).toContain(`"auth":${request.auth}`);
    expect(text).toContain('"body":{"x":1.0}');
  });

  it.each([
    ['nothing', Buffer.alloc(0), { body: null, 'body-raw': '' }],
    ['text', Buffer.from('a"b'), { body: 'a"b', 'body-raw': 'a"b' }],
    ['JSON', Buffer.from(' [1] '), { body: [1], 'body-raw': ' [1] ' }],
    [
      'bytes',
      Buffer.from([255, 65]),
      { body: '\ufffdA', 'body-bytes': { $type: '::hot::type/Bytes', $val: [255, 65] } },
    ],
  ])('has a body of %s', (_what, body, expected) => {
    expect(whole({ body })).toMatchObject(expected);
  });

  it('has the last of repeated questions, whatever they are called', () => {
    expect(whole({ query: 'a=1&a=2&b=x+y%21&__proto__=z&c' })['query']).toEqual(
      JSON.parse('{"a":"2","b":"x y!","__proto__":"z","c":""}'),
    );
  });

  it('takes text that would end JSON for what it is', () => {
    const value = whole({ rawHeaders: ['x', '"},{'], ip: '1"2' });
    expect(value).toMatchObject({ headers: { x: '"},{' }, ip: '1"2' });
  });
});
