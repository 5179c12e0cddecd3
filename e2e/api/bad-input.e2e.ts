/** What a careless or hostile client sends: each gets a clear error, nothing is half written, and others go on. */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, SseReader, type Answer, type Run } from '../support/api';
import { AppSession } from '../support/app';
import { makeBundle, makeZip } from '../support/archive';
import { startPlatform, type Platform } from '../support/platform';

const FIXTURE = join(__dirname, '../fixtures/hostile');
const BUILDS = '/v1/projects/hostile/builds';
const RUN_TIMEOUT_MS = 2_000;
const MAX_JSON_BYTES = 16 * 1024 * 1024;

interface Build {
  readonly build_id: string;
  readonly deployed: boolean;
  readonly runtime_status: string;
  readonly runtime_error: string | null;
}
type Body<T> = { readonly data: T; readonly error: { readonly code: string; readonly message: string } };

describe('a platform that is sent rubbish', () => {
  let platform: Platform;
  let api: string;
  let key: string;
  let served: Build;

  beforeAll(async () => {
    platform = await startPlatform({
      withApp: true,
      env: { HOT_WORKER_RUN_TIMEOUT: `${RUN_TIMEOUT_MS}ms` },
    });
    ({ api, key } = platform);
    await platform.hot(['deploy'], FIXTURE);
    served = await deployedBuild();
  }, 90_000);
  afterAll(() => platform.stop());

  const get = <T>(path: string): Promise<T> =>
    call<Body<T>>(api, path, { key }).then((answer) => answer.body.data);
  const deployedBuild = (): Promise<Build> => get<Build>(`${BUILDS}/deployed`);

  const finish = async (event_type: string, event_data: unknown, withinMs = 20_000): Promise<Run> => {
    const sse = await SseReader.open(api, '/v1/streams/subscribe-with-event', key, {
      event_type,
      event_data,
    });
    const end = await sse.until((each) => each.type === 'run:stop' || each.type === 'run:fail', withinMs);
    sse.close();
    if (end.run === undefined) throw new Error('The end of a run came without it');
    return end.run;
  };
  const stillServes = async (): Promise<void> => {
    // A deployment that failed touched the row in passing.
    expect(await deployedBuild()).toEqual({ ...served, updated_at: expect.any(String) });
    expect(await finish('hostile:echo', { still: 'here' })).toMatchObject({ result: { still: 'here' } });
  };

  const upload = (archive: Buffer, hash = sha256(archive)): Promise<Answer<Body<Build>>> => {
    const form = new FormData();
    form.append('hash', hash);
    form.append('file', new Blob([new Uint8Array(archive)]), 'x.hot.zip');
    return call<Body<Build>>(api, BUILDS, { key, body: form });
  };
  const deploy = (buildId: string): Promise<Answer<Body<Build>>> =>
    call<Body<Build>>(api, `${BUILDS}/${buildId}/deploy`, { key, method: 'POST' });
  const archives = (): number =>
    readdirSync(join(platform.folder, 'builds'), { recursive: true }).filter((name) =>
      String(name).endsWith('.hot.zip'),
    ).length;
  const buildRows = async (): Promise<number> =>
    Number((await platform.query<{ n: string }>('SELECT count(*) AS n FROM hot.build'))[0]?.n);

  describe('as a build', () => {
    const source = '::bad::fixture ns\n\necho meta {on-event: "hostile:echo"}\nfn (event) { "replaced" }\n';
    const bomb = makeZip([
      { path: 'manifest.hot', content: 'hot.bundle.x {files: []}' },
      { path: 'resources/zeros', content: Buffer.alloc(30_000_000), method: 8 },
    ]);

    it.each<[string, () => Buffer, RegExp]>([
      ['bytes that are no archive', () => Buffer.from('PK but not a zip'.repeat(20)), /archive|zip/i],
      ['half of an archive', () => half(makeBundle({ 'hot/src/a.hot': source })), /archive|zip/i],
      ['compression that we do not read', () => makeBundle({ 'hot/src/a.hot': source }, 12), /compress/i],
      ['an archive without a manifest', () => makeZip([{ path: 'a', content: 'b' }]), /manifest\.hot/],
      ['a path out of the archive', () => makeZip([{ path: '../../etc/x', content: 'b' }]), /path/i],
      ['an archive that swells', () => bomb, /ratio|larger|expand|compress/i],
    ])(
      '%s is kept, refused for deployment with the reason, and changes nothing [B6, api-15.27]',
      async (_, archive, reason) => {
        const uploaded = await upload(archive());
        expect(uploaded.status).toBe(201);
        const answer = await deploy(uploaded.body.data.build_id);
        expect([answer.status, answer.body.error.code]).toEqual([400, 'bad_request']);
        expect(answer.body.error.message).toMatch(/^This build can't be deployed: /);
        expect(answer.body.error.message).toMatch(reason);
        await stillServes();
      },
    );

    it('with another hash is refused, and neither row nor file is left', async () => {
      const before = [await buildRows(), archives()];
      const answer = await upload(makeBundle({ 'hot/src/a.hot': source }), 'f'.repeat(64));
      expect([answer.status, answer.body.error.code]).toEqual([400, 'bad_request']);
      expect(answer.body.error.message).toMatch(/hash does not match/);
      expect([await buildRows(), archives()]).toEqual(before);
    });

    it('whose file is not the one that the manifest names fails to load, and the former one serves', async () => {
      const archive = makeBundle({ 'hot/src/a.hot': source });
      const changed = Buffer.from(archive.toString('latin1').replace('"replaced"', '"rewritten'), 'latin1');
      const { data } = (await upload(changed)).body;
      await deploy(data.build_id);
      expect((await loaded(data.build_id)).runtime_error).toMatch(/hot\/src\/a\.hot|checksum|CRC/i);
      await stillServes();
    });

    it.each([
      [
        'a syntax error',
        '::bad::fixture ns\n\nbroken fn (n) {\n    add(n, \n}\n',
        /^hot\/src\/bad\.hot:[345]:\d+: /,
      ],
      [
        'an unknown name',
        '::bad::fixture ns\n\nbroken fn (n) {\n    no-such-thing(n)\n}\n',
        /^hot\/src\/bad\.hot:4:\d+: .*no-such-thing/,
      ],
    ])(
      'with %s says file and line, in the API and in the app, and the former one serves [B3, api-15.27]',
      async (_, text, place) => {
        const { data } = (await upload(makeBundle({ 'hot/src/bad.hot': text }))).body;
        const asked = await deploy(data.build_id);
        expect([asked.status, asked.body.data.runtime_status]).toEqual([200, 'pending']);
        const failed = await loaded(data.build_id);
        expect(failed).toMatchObject({ deployed: false, runtime_status: 'failed' });
        expect(failed.runtime_error).toMatch(place);
        const shown = await (
          await AppSession.open(platform.app)
        ).get<{ deployed: boolean; runtime_status: string; runtime_error: string }>(
          `/builds/${data.build_id}`,
        );
        expect(shown).toMatchObject({ runtime_status: 'failed', runtime_error: failed.runtime_error });
        await stillServes();
      },
    );

    it('with a syntax error is not even sent by the command line, which shows the place', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'hot-broken-'));
      cpSync(FIXTURE, folder, { recursive: true });
      writeFileSync(
        join(folder, 'hot/src/more.hot'),
        '::hostile::more ns\n\nbroken fn (n) {\n    add(n,\n}\n',
      );
      const before = await buildRows();
      const failure = await platform.hot(['deploy'], folder).catch((error: unknown) => error);
      rmSync(folder, { recursive: true });
      expect(failure).toMatchObject({ code: 1 });
      expect((failure as { stderr: string }).stderr).toMatch(/hot\/src\/more\.hot:[45]:\d+/);
      expect(await buildRows()).toBe(before);
      await stillServes();
    });

    async function loaded(buildId: string): Promise<Build> {
      for (let tries = 0; tries < 100; tries += 1) {
        const build = await get<Build>(`${BUILDS}/${buildId}`);
        if (build.runtime_status !== 'pending' && build.runtime_status !== 'loading') return build;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error('The build was still loading after 5 s');
    }
  });

  describe('as an event', () => {
    const eventRows = async (type: string): Promise<number> =>
      Number(
        (
          await platform.query<{ n: string }>('SELECT count(*) AS n FROM hot.event WHERE event_type = $1', [
            type,
          ])
        )[0]?.n,
      );
    const bodyOf = (type: string, bytes: number): string => {
      const [head, tail] = [`{"event_type":"${type}","event_data":"`, '"}'];
      return `${head}${'x'.repeat(bytes - head.length - tail.length)}${tail}`;
    };

    it('of exactly the size that fits is kept whole', async () => {
      const body = bodyOf('size:fits', MAX_JSON_BYTES);
      const answer = await call<Body<{ event_id: string }>>(api, '/v1/events', { key, body });
      expect(answer.status).toBe(201);
      const read = await call<Body<{ event_data: string }>>(api, `/v1/events/${answer.body.data.event_id}`, {
        key,
      });
      expect(sha256(Buffer.from(read.body.data.event_data))).toBe(
        sha256(Buffer.from((JSON.parse(body) as { event_data: string }).event_data)),
      );
    });

    it('one byte larger is refused, and not kept', async () => {
      const body = bodyOf('size:over', MAX_JSON_BYTES + 1);
      const answer = await call<Body<unknown>>(api, '/v1/events', { key, body });
      expect([answer.status, answer.body.error.code]).toEqual([413, 'payload_too_large']);
      expect(answer.body.error.message).toContain(`${MAX_JSON_BYTES} bytes`);
      expect(await eventRows('size:over')).toBe(0);
    });

    it.each([
      ['nested too deeply', `${'['.repeat(300)}${']'.repeat(300)}`],
      ['with a number that is none', '{"n":01}'],
      ['that ends in the middle', '{"a":"b'],
      ['with a raw control character in a text', '"a\u0001b"'],
      ['with more behind it', '1} {'],
    ])('%s is refused with a sentence, and not kept', async (_, data) => {
      const body = `{"event_type":"syntax:bad","event_data":${data}}`;
      const answer = await call<Body<unknown>>(api, '/v1/events', { key, body });
      expect([answer.status, answer.body.error.code]).toEqual([400, 'bad_request']);
      expect(answer.body.error.message).toMatch(/nested too deeply|not valid JSON/);
      expect(await eventRows('syntax:bad')).toBe(0);
    });

    it.each([
      ['integers beyond 2^53', '{"big":9007199254740993,"negative":-12345678901234567890123}'],
      ['keys that are numbers, in their order', '{"10":1,"2":2,"1":3}'],
      ['__proto__ and constructor', '{"__proto__":{"polluted":true},"constructor":{"prototype":1}}'],
      ['decimals', '{"price":1.50,"tiny":0.1}'],
      ['text beyond the basic plane', '{"é🌊":"\ud83c\udf0a \\u0000 end"}'],
      ['the empty key', '{"":{"":null}}'],
    ])('with %s reaches its handler and comes back as its result [P10]', async (_, data) => {
      const run = await echo(data);
      expect(run.status).toBe('succeeded');
      expect(run.text).toBe(data);
    });

    it('with a key twice gives handlers the last one, as every reader of JSON has it', async () => {
      const data = '{"a":1,"b":2,"a":3}';
      const run = await echo(data);
      expect(JSON.parse(run.text)).toEqual({ a: 3, b: 2 });
      const read = await call(api, `/v1/events/${run.eventId}`, { key });
      expect(read.text).toContain(`"event_data":${data}`);
    });

    it('leaves objects of later runs as they were', async () => {
      await echo('{"__proto__":{"polluted":true}}');
      expect((await echo('{}')).text).toBe('{}');
    });

    async function echo(data: string): Promise<{ status: string; text: string; eventId: string }> {
      const body = `{"event_type":"hostile:echo","event_data":${data}}`;
      const sent = await call<Body<{ event_id: string; stream_id: string }>>(api, '/v1/events', {
        key,
        body,
      });
      const { event_id: eventId, stream_id: streamId } = sent.body.data;
      const sse = await SseReader.open(api, `/v1/streams/${streamId}/subscribe`, key);
      const end = await sse.until((each) => each.type === 'run:stop' || each.type === 'run:fail');
      sse.close();
      const { text } = await call(api, `/v1/runs/${end.run?.run_id}`, { key });
      const [, result = ''] = /"result":(.*),"project_id":/s.exec(text) ?? [];
      return { status: end.run?.status ?? '', text: result, eventId };
    }
  });

  describe('as code', () => {
    it('that never ends is ended after its time, and others run meanwhile [X5]', async () => {
      const endless = finish('hostile:endless', {});
      expect(await finish('hostile:echo', 1)).toMatchObject({ result: 1 });
      const run = await endless;
      expect(run.status).toBe('failed');
      expect(JSON.stringify(run.result)).toMatch(/timed out|time limit|timeout/i);
      expect(await finish('hostile:echo', 2)).toMatchObject({ result: 2 });
    });

    it.each(['hostile:bomb', 'hostile:text-bomb'])(
      'that allocates without end (%s) fails for its memory, and others go on',
      async (type) => {
        const bomb = finish(type, {}, 60_000);
        const others = Array.from({ length: 5 }, (_, n) => finish('hostile:echo', n, 60_000));
        expect((await Promise.all(others)).map((run) => run.result)).toEqual([0, 1, 2, 3, 4]);
        const run = await bomb;
        expect(run.status).toBe('failed');
        expect(JSON.stringify(run.result)).toMatch(/memory|too (?:large|long|many)|limit|crashed/i);
        expect(await finish('hostile:echo', 'after')).toMatchObject({ result: 'after' });
      },
      90_000,
    );

    it('that recurses without end fails with an error that says so', async () => {
      const run = await finish('hostile:deep', {});
      expect(JSON.stringify(run.result)).toContain('recursion limit');
    });

    it('with a result nested too deeply fails and says so', async () => {
      const run = await finish('hostile:deep-result', {});
      expect([run.status, JSON.stringify(run.result)]).toEqual([
        'failed',
        expect.stringContaining('nested too deeply'),
      ]);
    });

    it('with a result beyond the limit fails and says so', async () => {
      const run = await finish('hostile:large-result', 'x'.repeat(100_000));
      expect([run.status, JSON.stringify(run.result)]).toEqual([
        'failed',
        expect.stringContaining('larger than'),
      ]);
    });

    it('leaves no work behind', async () => {
      expect(await platform.query('SELECT dispatch_id FROM hot.dispatch WHERE state <> 4')).toEqual([]);
    });
  });
});

function half(archive: Buffer): Buffer {
  return archive.subarray(0, Math.floor(archive.length / 2));
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
