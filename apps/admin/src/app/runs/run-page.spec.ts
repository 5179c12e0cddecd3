import { TestBed } from '@angular/core/testing';
import { provideRouter, Router, withComponentInputBinding } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import type { LiveMessage, LiveRun, RunDetail, Trace } from '@app/contracts';
import { Live } from '@app/admin-ui/live';
import { Scope, Session } from '@app/admin-ui/session';
import { aMe, FakeServer, single } from '../../../testing/fake-server';
import { RUNS_ROUTES } from './runs.routes';

const BASE = '/admin/v1/orgs/acme/envs/development';
const ID = '0198c4e2-7b1a-7f3c-9d02-000000000001';
const RUN = `${BASE}/runs/${ID}`;

const detail = (over: Partial<RunDetail> = {}): RunDetail => ({
  run_id: ID,
  status: 'failed',
  type: 'event',
  function: '::shop::orders/confirm',
  error_preview: 'card declined',
  project_id: 'p',
  project: 'shop',
  build: { build_id: 'b', hash: 'abc123def4567890', deployed: false },
  stream_id: '0198c4e2-7b1a-7f3c-9d02-0000000000ff',
  event_id: '0198c4e2-7b1a-7f3c-9d02-0000000000ee',
  event_type: 'order:placed',
  origin_run_id: null,
  retry_of_run_id: null,
  started_at: '2026-03-04T08:59:00Z',
  stopped_at: '2026-03-04T08:59:01Z',
  duration_us: 1_000_000,
  waiting_us: 8000,
  attempt: 2,
  next_attempt_at: null,
  failure: {
    kind: 'timeout',
    message: 'no answer in 5 s',
    at: { file: 'src/a.hot', line: 42, column: 1 },
    stack: [],
  },
  max_attempts: 5,
  rerun_of_run_id: null,
  accepted_at: null,
  call_count: 1,
  trace_bytes: 100,
  stream_data_count: 0,
  notes: [],
  attribution: null,
  has_input: true,
  has_result: true,
  can: { retry: { ok: true }, rerun: { ok: true }, cancel: { ok: false, reason: 'It has finished.' } },
  ...over,
});

const TRACE: Trace = {
  state: 'available',
  dropped: 7,
  names: ['::shop::orders/confirm'],
  files: ['src/a.hot'],
  parent: [-1],
  name: [0],
  start_us: [0],
  duration_us: [900],
  flags: [13],
  file: [0],
  line: [42],
  branches: [],
};

describe('RunPage', () => {
  let server: FakeServer;
  let harness: RouterTestingHarness;
  let say: (message: LiveMessage) => void;

  async function open(path = ''): Promise<void> {
    const listeners = new Set<(message: LiveMessage) => void>();
    say = (message) => listeners.forEach((listener) => listener(message));
    TestBed.configureTestingModule({
      providers: [
        provideRouter([{ path: 'o/:org/e/:env/runs', children: RUNS_ROUTES }], withComponentInputBinding()),
        {
          provide: Live,
          useValue: {
            listen: (listener: (message: LiveMessage) => void) => {
              listeners.add(listener);
              return () => listeners.delete(listener);
            },
          },
        },
      ],
    });
    await TestBed.inject(Session).load();
    TestBed.inject(Scope).enter({ org: 'acme', env: 'development' });
    harness = await RouterTestingHarness.create();
    await harness.navigateByUrl(`/o/acme/e/development/runs/${ID}${path}`);
    await settle();
  }

  const settle = async (ms = 0): Promise<void> => {
    for (let i = 0; i < 4; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      harness.detectChanges();
    }
  };
  const page = (): HTMLElement => {
    const element = harness.fixture.nativeElement as HTMLElement;
    return element;
  };
  const button = (text: string): HTMLButtonElement => {
    const found = [...page().querySelectorAll('button')].find((element) =>
      element.textContent.includes(text),
    );
    if (found === undefined) throw new Error(`no button "${text}"`);
    return found;
  };

  beforeEach(() => {
    server = new FakeServer()
      .on('GET /admin/v1/me', () => single(aMe(['run.execute'])))
      .on(`GET ${RUN}`, () => single(detail()))
      .on(`GET ${RUN}/input`, () =>
        single({ json: '{"big":12345678901234567890}', bytes: 28, truncated: false }),
      )
      .on(`GET ${RUN}/result`, () => single({ json: '{"msg":"no"}', bytes: 500_000, truncated: true }))
      .on(`GET ${RUN}/trace`, () => single(TRACE))
      .on(`GET ${RUN}/calls/0`, () => single({ args: '["visa"]', result: null, error: '"declined"' }))
      .on(`POST ${RUN}/retry`, () => ({ status: 202, body: single({ event_id: 'e', stream_id: 's' }) }));
  });

  it('says what failed, on which attempt, of which build', async () => {
    await open();
    const text = page().textContent.replaceAll(/\s+/g, ' ');
    expect(text).toContain('Timed out');
    expect(text).toContain('no answer in 5 s');
    expect(text).toContain('attempt 2 of 5');
    expect(text).toContain('abc123def4');
    expect(text).toContain('old');
    expect(text).toContain('7 more were made after a limit');
  });

  it('shows values with the digits they were written with, and how much of a long one', async () => {
    await open();
    expect(page().textContent).toContain('12345678901234567890');
    expect(page().textContent).toContain('of 488.3 KiB');
    const links = [...page().querySelectorAll('a[download]')].map((link) => link.getAttribute('href'));
    expect(links).toEqual([`${RUN}/input/raw`, `${RUN}/result/raw`]);
  });

  it('opens the call that the address names', async () => {
    await open('?sel=call:0');
    const inspector = page().querySelector('hp-call-inspector');
    expect(inspector?.textContent).toContain('src/a.hot:42');
    expect(inspector?.textContent).toContain('"declined"');
    page().querySelector<HTMLButtonElement>('hp-call-inspector [aria-label=Close]')?.click();
    await settle();
    expect(TestBed.inject(Router).url).toBe(`/o/acme/e/development/runs/${ID}`);
  });

  it('asks for no values of calls before one is opened', async () => {
    await open();
    expect(server.requests.some(({ url }) => url.pathname.includes('/calls/'))).toBe(false);
  });

  it('retries with the CSRF token of the session', async () => {
    await open();
    button('Retry').click();
    await settle();
    const [request] = server.to(`POST ${RUN}/retry`);
    expect(request?.headers.get('x-csrf-token')).toBe('csrf-1');
  });

  it('does nothing when an action is not open to the viewer', async () => {
    server.on(`GET ${RUN}`, () =>
      single(detail({ can: { ...detail().can, retry: { ok: false, reason: 'You need run.execute.' } } })),
    );
    await open();
    expect(button('Retry').getAttribute('aria-disabled')).toBe('true');
    button('Retry').click();
    await settle();
    expect(server.to(`POST ${RUN}/retry`)).toEqual([]);
  });

  it('loads again when its run ends, and only then', async () => {
    server.on(`GET ${RUN}`, () => single(detail({ status: 'running', stopped_at: null, duration_us: null })));
    await open();
    const message = (run_id: string): LiveMessage => ({
      topic: 'run:stop',
      data: { run_id, event_id: 'another', status: 'succeeded' } as LiveRun,
    });
    say(message('somebody-else'));
    await settle(150);
    expect(server.to(`GET ${RUN}`)).toHaveLength(1);
    server.on(`GET ${RUN}`, () => single(detail({ status: 'succeeded', failure: null })));
    say(message(ID));
    await settle(150);
    expect(server.to(`GET ${RUN}`)).toHaveLength(2);
    expect(page().querySelector('hp-status')?.textContent).toContain('Succeeded');
  });

  it('says that a run is not here, with the id of the request', async () => {
    server.on(`GET ${RUN}`, () => ({
      status: 404,
      body: { error: { code: 'not_found', message: 'Run not found', request_id: 'req-9' } },
    }));
    await open();
    expect(page().textContent).toContain('Not found');
    expect(page().textContent).toContain('req-9');
  });

  describe('what the run printed', () => {
    const lines = [
      { at: '2026-03-04T08:59:00.120Z', stream: 'stdout', text: '\u001b[32mcharging\u001b[0m <b>visa</b>' },
      { at: '2026-03-04T08:59:00.130Z', stream: 'stderr', text: 'declined' },
    ];
    const logs = (over: object = {}) => ({ lines, total: 2, dropped: 0, dropped_bytes: 0, ...over });
    const serve = (answer: object): FakeServer => server.on(`GET ${RUN}/logs`, () => single(answer));

    it('stands line by line, as text, without the colours of a terminal', async () => {
      serve(logs());
      await open('/logs');
      const shown = [...page().querySelectorAll('hp-run-logs li')].map((line) => line.querySelector('code'));
      expect(shown.map((code) => code?.textContent)).toEqual(['charging <b>visa</b>', 'declined']);
      expect(page().querySelector('hp-run-logs b')).toBeNull();
      expect(page().querySelectorAll('hp-run-logs li.err')).toHaveLength(1);
      expect(page().textContent).toContain('2 lines');
    });

    it('says how much was not kept', async () => {
      serve(logs({ dropped: 3, dropped_bytes: 2048 }));
      await open('/logs');
      expect(page().textContent).toMatch(/3 more prints \(2(?:\.0+)? KiB\) went beyond the limit/);
    });

    it('can be searched and narrowed to one stream', async () => {
      serve(logs({ lines: [], total: 0 }));
      await open('/logs');
      const stream = page().querySelector<HTMLSelectElement>('hp-run-logs select');
      if (stream === null) throw new Error('no choice of streams');
      stream.value = 'stderr';
      stream.dispatchEvent(new Event('change'));
      await settle();
      expect(server.to(`GET ${RUN}/logs`).at(-1)?.url.searchParams.get('stream')).toBe('stderr');
      expect(page().textContent).toContain('No line fits');
    });

    it('tells a run that printed nothing from one that has not ended', async () => {
      serve(logs({ lines: [], total: 0 }));
      await open('/logs');
      expect(page().textContent).toContain('The run printed nothing');
    });
  });
});
