import type { AddressInfo } from 'node:net';
import { envChannel } from '@app/dispatch';
import { LiveBus } from '@app/platform/live';
import { eventually } from '@app/testing';
import {
  makePerson,
  makeTenant,
  startAdminApp,
  TestBrowser,
  type AdminTestApp,
  type TestTenant,
} from './testing/admin-app';
import { makeEvent, makeLiveRun, makeProject, makeRun } from './testing/history';

interface Message {
  readonly id: string | undefined;
  readonly topic: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An open subscription and what came over it. */
class Subscription {
  readonly messages: Message[] = [];
  readonly closed: Promise<void>;
  private readonly abort = new AbortController();

  constructor(
    readonly response: Promise<Response>,
    abort: AbortController,
  ) {
    this.abort = abort;
    this.closed = this.read();
  }

  topics(): string[] {
    return this.messages.map(({ topic }) => topic).filter((topic) => topic !== 'heartbeat');
  }

  get lastId(): string {
    return this.messages.findLast(({ id }) => id !== undefined)?.id ?? '';
  }

  close(): Promise<void> {
    this.abort.abort();
    return this.closed;
  }

  private async read(): Promise<void> {
    try {
      const { body } = await this.response;
      let text = '';
      for await (const chunk of body ?? []) {
        text += Buffer.from(chunk as Uint8Array).toString('utf8');
        const frames = text.split('\n\n');
        text = frames.pop() ?? '';
        for (const frame of frames) this.take(frame);
      }
    } catch {
      // Aborted by the test: the end it waits for.
    }
  }

  private take(frame: string): void {
    const data = /^data: (.*)$/m.exec(frame)?.[1];
    if (data === undefined) return;
    this.messages.push({ id: /^id: (.*)$/m.exec(frame)?.[1], ...(JSON.parse(data) as Omit<Message, 'id'>) });
  }
}

describe('the live feed of an environment', () => {
  let app: AdminTestApp;
  let port: number;
  let tenant: TestTenant;
  let browser: TestBrowser;
  const open: Subscription[] = [];

  beforeAll(async () => {
    app = await startAdminApp();
    await app.app.listen(0, '127.0.0.1');
    port = (app.server.server.address() as AddressInfo).port;
  });
  beforeEach(async () => {
    tenant = await makeTenant(app.db);
    browser = new TestBrowser(app);
    await browser.signIn(await makePerson(app.db, [{ tenant, role: 'member' }]));
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((subscription) => subscription.close()));
  });
  afterAll(() => app.app.close());

  async function subscribe(query = '', headers: Record<string, string> = {}): Promise<Subscription> {
    const abort = new AbortController();
    const subscription = new Subscription(
      fetch(`http://127.0.0.1:${port}${tenant.base}/live${query}`, {
        headers: { cookie: browser.cookie ?? '', ...headers },
        signal: abort.signal,
      }),
      abort,
    );
    open.push(subscription);
    const response = await subscription.response;
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    await eventually(() => expect(subscription.messages.length).toBeGreaterThan(0));
    // The feed learns how things are before it tells what changes.
    await new Promise((resolve) => setTimeout(resolve, 300));
    return subscription;
  }
  const hint = (): void => app.app.get(LiveBus).publish(envChannel(tenant.envId), '{"type":"run:start"}');

  it('tells events and runs from beginning to end, without being told to look', async () => {
    const feed = await subscribe();
    const event = await makeEvent(app.db, tenant, { state: 'pending' });
    await eventually(() => expect(feed.topics()).toEqual(['event:created']));
    const run = await makeLiveRun(app.db, tenant, event);
    await app.db.execute(`DELETE FROM hot.dispatch WHERE dispatch_id = $1`, [event.eventId]);
    await eventually(() => expect(feed.topics()).toEqual(['event:created', 'event:handled', 'run:start']));
    await app.db.execute(`DELETE FROM hot.dispatch WHERE run_id = $1`, [run.runId]);
    await makeRun(app.db, tenant, event, { status: 'failed' });
    await eventually(() => expect(feed.topics()).toContain('run:fail'));
    const failed = feed.messages.find(({ topic }) => topic === 'run:fail');
    expect(failed?.data).toMatchObject({ error_preview: 'card declined', status: 'failed', type: 'event' });
  });

  it('looks at once when a notice says that something happened', async () => {
    const feed = await subscribe();
    // Right after a look, the next one in turn is a second away.
    await makeEvent(app.db, tenant);
    await eventually(() => expect(feed.topics()).toContain('event:created'));
    await makeEvent(app.db, tenant);
    const before = Date.now();
    hint();
    await eventually(() =>
      expect(feed.topics().filter((topic) => topic === 'event:created')).toHaveLength(2),
    );
    expect(Date.now() - before).toBeLessThan(900);
  });

  it('gives a browser that comes back what it missed [L1]', async () => {
    const first = await subscribe();
    await makeEvent(app.db, tenant);
    await eventually(() => expect(first.topics()).toContain('event:created'));
    const seen = first.lastId;
    await first.close();
    const other = await subscribe();
    await makeEvent(app.db, tenant, { type: 'missed' });
    await eventually(() => expect(other.topics()).toContain('event:created'));
    const back = await subscribe(`?after=${seen}`);
    await eventually(() =>
      expect(back.messages.find(({ topic }) => topic === 'event:created')?.data).toMatchObject({
        type: 'missed',
      }),
    );
    const again = await subscribe('', { 'last-event-id': seen });
    await eventually(() => expect(again.topics()).toEqual(back.topics()));
  });

  it('asks a browser to fetch again when nobody can tell what it missed', async () => {
    const feed = await subscribe('?after=abc.12');
    expect(feed.topics()).toEqual(['resync']);
  });

  it('tells deployments', async () => {
    const projectId = await makeProject(app.db, tenant, 'shop');
    const feed = await subscribe();
    await app.db.execute(
      `INSERT INTO hot.build (build_id, project_id, hash, content_sha256, size, deployed, runtime_status, created_by_user_id)
       VALUES (gen_random_uuid(), $1, 'h', 'c', 1, true, 'loading', gen_random_uuid())`,
      [projectId],
    );
    await eventually(() => expect(feed.topics()).toEqual(['build:status']));
    await app.db.execute(`UPDATE hot.build SET runtime_status = 'ready' WHERE project_id = $1`, [projectId]);
    await app.db.execute(
      `UPDATE hot.project SET serving_build_id = (SELECT build_id FROM hot.build WHERE project_id = $1) WHERE project_id = $1`,
      [projectId],
    );
    await eventually(() => expect(feed.topics()).toContain('project:changed'));
    expect(
      feed.messages.filter(({ topic }) => topic === 'build:status').map(({ data }) => data['status']),
    ).toEqual(['loading', 'ready']);
  });

  it('tells nothing of other environments', async () => {
    const feed = await subscribe();
    const other = await makeTenant(app.db);
    const event = await makeEvent(app.db, other);
    await makeRun(app.db, other, event);
    const ours = await makeEvent(app.db, tenant);
    await eventually(() => expect(feed.topics()).toContain('event:handled'));
    expect(
      feed.messages.filter(({ topic }) => topic === 'event:created').map(({ data }) => data['event_id']),
    ).toEqual([ours.eventId]);
  });

  it.each([
    ['is signed out', () => `UPDATE hot.app_session SET revoked_at = now() WHERE user_id = $1`],
    ['is switched off', () => `UPDATE hot."user" SET active = false WHERE user_id = $1`],
    ['is removed from the organization', () => `DELETE FROM hot.org_user WHERE user_id = $1`],
  ])('closes within seconds when its watcher %s, and no other', async (_, change) => {
    const leaving = await makePerson(app.db, [{ tenant, role: 'member' }]);
    const staying = await subscribe();
    const before = browser;
    browser = new TestBrowser(app);
    await browser.signIn(leaving);
    const feed = await subscribe();
    browser = before;
    let closed = false;
    void feed.closed.then(() => (closed = true));
    void staying.closed.then(() => (closed = false));
    await app.db.execute(change(), [leaving.userId]);
    await eventually(() => expect(closed).toBe(true), { timeoutMs: 4_000 });
    await makeEvent(app.db, tenant);
    await eventually(() => expect(staying.topics()).toContain('event:created'));
  });

  it('closes with the server', async () => {
    const own = await startAdminApp();
    await own.app.listen(0, '127.0.0.1');
    const abort = new AbortController();
    const ownPort = (own.server.server.address() as AddressInfo).port;
    const subscription = new Subscription(
      fetch(`http://127.0.0.1:${ownPort}${tenant.base}/live`, {
        headers: { cookie: browser.cookie ?? '' },
        signal: abort.signal,
      }),
      abort,
    );
    await subscription.response;
    await own.app.close();
    await subscription.closed;
    expect(abort.signal.aborted).toBe(false);
  });
});
