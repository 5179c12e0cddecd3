import { evalCommand } from '../../commands/run.command';
import { errorOf, valueOf } from '../../testing/evaluating';
import { Workspace } from '../../testing/workspace';
import { Secrets } from './secrets';

describe('what a program on this machine means for others', () => {
  let place: Workspace;
  beforeEach(async () => {
    place = await Workspace.make('project');
    await place.put('hot/src/shop.hot', '::shop ns\nclose fn () { 1 }');
  });
  afterEach(() => place.remove());

  it('is said on stderr, a line for each', async () => {
    const code = `send("order:placed", {id: 1.50})
::hot::stream/data("progress", [1])
alert("ops", {free: 3})
::hot::schedule/create("::shop/close", [1], "in 2 hours")
::hot::schedule/cancel({fn: "::shop/close"})`;
    expect(await place.call(evalCommand, code)).toBe(0);
    expect(place.err.split('\n')).toEqual([
      '[event] order:placed {"id":1.50}',
      '[stream] progress [1]',
      '[alert] ops {"free":3}',
      expect.stringMatching(/^\[schedule\] ::shop\/close \{"at":"\d{4}-.*Z"\}$/),
      '[schedule] ::shop/close "cancelled"',
      '',
    ]);
  });

  it('is not said with --quiet', async () => {
    expect(await place.call(evalCommand, 'send("a", {}) alert("b", {}) 1', '--quiet')).toBe(0);
    expect([place.out, place.err]).toEqual(['1\n', '']);
  });

  it('is cut where it is long, and shows no secret', async () => {
    const code = `::hot::ctx/set-secret("key", "s3cr3t-word")
send("a", {key: ::hot::ctx/get("key"), header: concat("Bearer ", ::hot::ctx/get("key"))})
send("b", join(map(range(500), (n) { "x" }), ""))`;
    expect(await place.call(evalCommand, code)).toBe(0);
    const [first = '', second = ''] = place.err.split('\n');
    expect(first).toBe('[event] a {"key":"<secret>","header":"Bearer <secret>"}');
    expect(second).toHaveLength('[event] b '.length + 161);
  });

  it('gives what the platform would give', async () => {
    expect(
      await valueOf(
        place,
        'e send("a", 1)\n[is-uuid(e.event.id), e.event.type, eq(e.stream.id, info().stream.id), e.env.name]',
      ),
    ).toEqual([true, 'a', true, 'development']);
    expect(await valueOf(place, 'alert("ops", {})')).toMatchObject({ channel: 'ops', status: 'published' });
    expect(await valueOf(place, 'is-uuid(::hot::schedule/create("::shop/close", [], "@daily"))')).toBe(true);
    const cancelled =
      'id ::hot::schedule/create("::shop/close", [], "@daily")\nf (i) { ::hot::schedule/cancel({schedule-id: i}) }\n[f(id), f(id)]';
    expect(await valueOf(place, cancelled)).toEqual([true, false]);
    expect(await errorOf(place, '::hot::schedule/create("::shop/close", [], "whenever")')).toContain(
      'Invalid schedule expression',
    );
    expect(await errorOf(place, 'send(5)')).toContain('event-type must be string');
  });

  it('comes of a run in an environment called local', async () => {
    const code =
      'i info()\n[i.run.type, i.org.slug, i.env.name, i.project.name, is-inline-run(), is-local-dev(), is-some(i.build.id), is-type(i.run.start-time, ::hot::time/Instant)]';
    expect(await valueOf(place, code)).toEqual([
      'eval',
      'local',
      'development',
      'project',
      true,
      true,
      true,
      true,
    ]);
    const ids = 'i info()\n[i.env.id, i.project.id, i.org.id, i.user.id]';
    const first = await valueOf(place, ids);
    expect(await valueOf(place, ids)).toEqual(first);
    expect(await valueOf(place, '::hot::info/version().version')).toMatch(/^\d+\.\d+\.\d+/);
  });
});

describe('secrets in what is shown', () => {
  it('are hidden as whole values, and inside of texts when they are long enough', () => {
    const secrets = new Secrets();
    secrets.add('{"user":"ab","word":"long enough \\"x\\"","pin":1234}');
    expect(secrets.hide('["ab","cab","so long enough \\"x\\"!","1234"]')).toBe(
      '["<secret>","cab","so <secret>!","<secret>"]',
    );
  });
});
