import { errorOf, valueOf } from '../../testing/evaluating';
import { Workspace } from '../../testing/workspace';
import { evalCommand, runCommand } from '../../commands/run.command';
import { Inbox } from './inbox';

const SHOP = `::shop ns
::task ::hot::task
double fn (n) { mul(n, 2) }
boom fn (n) { fail("no stock", {code: n}) }
give-up fn () { cancel("enough", {code: 1}) }
forever fn (n) { forever(add(n, 1)) }
naps fn () { ::hot::time/sleep(60000) }
ear fn () { [::task/receive(), ::task/receive()] }
marks fn (n) { ::task/checkpoint({at: n}) ::task/restore() }
about fn () { i info() [i.run.type, i.run.retry-attempt, i.run.origin-run-id, i.stream.id, ::hot::ctx/get("key")] }
shaky fn () {
  seen or(::task/restore(), 0)
  ::task/checkpoint(add(seen, 1))
  if(lt(seen, 2), fail("not yet"), seen)
}
nested fn (n) { ::task/await(::task/start(double, n).id).result }
`;
const HEAD = '::task ::hot::task\n';

describe('tasks on this machine', () => {
  let place: Workspace;
  const value = (code: string): Promise<unknown> => valueOf(place, HEAD + code);
  const error = (code: string): Promise<string> => errorOf(place, `do {\n${HEAD}${code}\n}`);
  /** Status and result. */
  const ended = (start: string): Promise<unknown> =>
    value(`done ::task/await(::task/start(${start}).id)\n[done.status, done.result]`);
  beforeEach(async () => {
    place = await Workspace.make('project');
    await place.put('hot/src/shop.hot', SHOP);
    await place.put('hot/ctx.hot', '::hot::ctx/set({key: "of the project"})');
  });
  afterEach(() => place.remove());

  it('run beside, and give what they returned', async () => {
    expect(await ended('::shop/double, 2.50')).toEqual(['completed', 5]);
    expect(await ended('"::shop/double", 4')).toEqual(['completed', 8]);
    expect(await ended('::shop/nested, 3')).toEqual(['completed', 6]);
    const info =
      't ::task/start(::shop/double, {a: 1})\n[t.data, eq(t.stream.id, info().stream.id), eq(t.origin-run.id, info().run.id)]';
    expect(await value(info)).toEqual([{ a: 1 }, true, true]);
  });

  it('are called with what they were given, in a run of their own', async () => {
    const about = 'done ::task/await(::task/start(::shop/about).id).result\ni info()\n';
    expect(await value(`${about}[done, i.run.id, i.stream.id]`)).toEqual([
      ['task', 0, expect.any(String), expect.any(String), 'of the project'],
      expect.any(String),
      expect.any(String),
    ]);
    expect(await value(`${about}[eq(done[2], i.run.id), eq(done[3], i.stream.id)]`)).toEqual([true, true]);
    // What the starter sets is its own.
    const set = '::hot::ctx/set("key", "mine")\n';
    expect(await value(`${set}::task/await(::task/start(::shop/about).id).result[4]`)).toBe('of the project');
  });

  it('fail and give up with what they say', async () => {
    expect(await ended('::shop/boom, 7')).toEqual([
      'failed',
      { $type: '::hot::task/Failure', $val: { msg: 'no stock', err: { code: 7 } } },
    ]);
    expect(await ended('::shop/give-up')).toEqual([
      'cancelled',
      { $type: '::hot::task/Cancellation', $val: { msg: 'enough', data: { code: 1 } } },
    ]);
  });

  it('are stopped when their time is over, waiting or working', async () => {
    const options = '::task/TaskOptions({timeout: 1000})';
    expect(await ended(`::shop/naps, null, ${options}`)).toMatchObject(['timed_out', expect.anything()]);
    expect(await ended(`::shop/forever, 0, ${options}`)).toMatchObject(['timed_out', expect.anything()]);
  }, 20_000);

  it('are tried again as their options say, and find their checkpoint', async () => {
    expect(await ended('::shop/shaky, null, {retry: {attempts: 2, delay: 100}}')).toEqual(['completed', 2]);
    expect(await ended('::shop/shaky, null, {retry: {attempts: 1, delay: 100}}')).toMatchObject([
      'failed',
      {},
    ]);
    expect(await ended('::shop/give-up, null, {retry: 3}')).toMatchObject(['cancelled', {}]);
  }, 20_000);

  it('can be cancelled between two attempts', async () => {
    const code = `t ::task/start(::shop/boom, 1, {retry: {attempts: 1, delay: 60000}})
::hot::time/sleep(300)
before ::task/cancel(t.id)
[before, ::task/await(t.id).status]`;
    expect(await value(code)).toEqual([true, 'cancelled']);
  });

  it('get messages in order, those sent before they began too', async () => {
    const code =
      't ::task/start(::shop/ear)\n::task/send(t.id, {price: 1.50})\n::task/send(t.id, "second")\n';
    expect(await value(`${code}::task/await(t.id).result`)).toEqual([{ price: 1.5 }, 'second']);
  });

  it('learn from a message that they are cancelled, or are stopped when they read none', async () => {
    const cancelled = (fn: string): Promise<unknown> =>
      value(
        `t ::task/start(${fn})\n::hot::time/sleep(50)\nwas ::task/cancel(t.id)\n` +
          'done ::task/await(t.id)\n[was, done.status, done.result, ::task/cancel(t.id)]',
      );
    expect(await cancelled('::shop/ear')).toEqual([true, 'cancelled', [{ $cancel: true }, null], false]);
    expect(await cancelled('::shop/naps')).toMatchObject([true, 'cancelled', {}, false]);
    const queued = 't ::task/start(::shop/double, 1)\n[::task/cancel(t.id), ::task/await(t.id).status]';
    expect(await value(queued)).toEqual([true, 'cancelled']);
  });

  it('keep checkpoints that others may read', async () => {
    const code = 't ::task/start(::shop/marks, 1.50)\n[::task/await(t.id).result, ::task/restore(t.id)]';
    expect(await value(code)).toEqual([{ at: 1.5 }, { at: 1.5 }]);
  });

  it.each([
    ['::task/receive()', '::hot::task/receive: not running inside a task'],
    ['::task/checkpoint(1)', '::hot::task/checkpoint: not running inside a task'],
    ['::task/await("x")', '::hot::task/await: invalid task-id UUID'],
    [
      '::task/await("01890a5d-ac96-774b-bcce-b302099a8057")',
      'task not found: 01890a5d-ac96-774b-bcce-b302099a8057',
    ],
    ['::task/cancel("01890a5d-ac96-774b-bcce-b302099a8057")', 'task not found: '],
    ['::task/start((x) { x })', 'first arg must be a function reference'],
    ['::task/start(::shop/double, 1, {type: "container"})', '::hot::task/start: no task queue configured'],
    ['::task/start(::shop/double, 1, {type: "odd"})', "failed to enqueue task: unknown task type 'odd'"],
    ['::hot::box/start({image: "alpine"})', '::hot::box is disabled'],
  ])('%s: %s', async (code, message) => {
    expect(await error(code)).toContain(message);
  });

  it('of a script see its values and do not run it again', async () => {
    await place.put(
      'script.hot',
      `::task ::hot::task
println("once")
rate add(1, ::hot::math/random-int(1, 2))
times fn (n) { mul(n, rate) }
done ::task/await(::task/start(times, 10).id)
eq(done.result, mul(10, rate))`.replace(
        '::hot::math/random-int(1, 2)',
        'length(::hot::env/get("GREETING", ""))',
      ),
    );
    expect(await place.call(runCommand, 'script.hot')).toBe(0);
    expect(place.out).toBe('once\ntrue\n');
  });

  it('end with the run that started them, and that is said', async () => {
    expect(
      await place.call(evalCommand, `${HEAD}t ::task/start(::shop/naps)\n::hot::time/sleep(20)\n1`),
    ).toBe(0);
    expect(place.err).toMatch(/^task [0-9a-f-]{36} \(::shop\/naps\) ends with the run that started it\n$/);
  });

  it('wait for each other when there are many', async () => {
    const code =
      'ids map(range(200), (n) { ::task/start(::shop/double, n).id })\nreduce(ids, (acc, id) { add(acc, ::task/await(id).result) }, 0)';
    expect(await value(code)).toBe(39_800);
  });
});

describe('the inbox of a task', () => {
  it('holds 256 messages of a mebibyte each', async () => {
    const inbox = new Inbox();
    for (let n = 0; n < 256; n++) inbox.put(String(n));
    expect(() => inbox.put('256')).toThrow('inbox full');
    expect(await inbox.take()).toBe('0');
    expect(() => inbox.put('x'.repeat(1024 * 1024 + 1))).toThrow('at most 1048576 bytes');
  });

  it('ends with null for all who wait', async () => {
    const inbox = new Inbox();
    const waiting = [inbox.take(), inbox.take()];
    inbox.cancel();
    inbox.put('late');
    expect(await Promise.all([...waiting, inbox.take()])).toEqual(['{"$cancel":true}', 'null', 'null']);
  });
});
