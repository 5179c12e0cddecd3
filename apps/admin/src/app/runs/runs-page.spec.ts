import { TestBed } from '@angular/core/testing';
import { provideRouter, Router } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import type { LiveMessage, LiveRun, RunRow } from '@app/contracts';
import { Live } from '@app/admin-ui/live';
import { Scope, Session } from '@app/admin-ui/session';
import { aMe, FakeServer, listing, single } from '../../../testing/fake-server';
import { RunsPage } from './runs-page';

const BASE = '/admin/v1/orgs/acme/envs/development';

const run = (n: number, over: Partial<RunRow> = {}): RunRow => ({
  run_id: `0198c4e2-7b1a-7f3c-9d02-00000000000${n}`,
  status: 'succeeded',
  type: 'event',
  function: `::shop::orders/step-${n}`,
  error_preview: null,
  project_id: 'p',
  project: 'shop',
  build: null,
  stream_id: '0198c4e2-7b1a-7f3c-9d02-0000000000ff',
  event_id: null,
  event_type: null,
  origin_run_id: null,
  retry_of_run_id: null,
  started_at: '2026-03-04T08:59:00Z',
  stopped_at: '2026-03-04T08:59:01Z',
  duration_us: 1_000_000,
  waiting_us: null,
  attempt: 1,
  next_attempt_at: null,
  ...over,
});

const started = (n: number): LiveMessage => {
  const { run_id, stream_id, event_id, type, function: fn, project, started_at } = run(n);
  const data: LiveRun = {
    run_id,
    stream_id,
    event_id,
    type,
    function: fn,
    project,
    started_at,
    status: 'running',
    stopped_at: null,
    duration_us: null,
    error_preview: null,
    next_attempt_at: null,
  };
  return { topic: 'run:start', data };
};

describe('RunsPage', () => {
  let server: FakeServer;
  let harness: RouterTestingHarness;
  let say: (message: LiveMessage) => void;

  async function open(query = ''): Promise<void> {
    const listeners = new Set<(message: LiveMessage) => void>();
    say = (message) => listeners.forEach((listener) => listener(message));
    TestBed.configureTestingModule({
      providers: [
        provideRouter([{ path: 'o/:org/e/:env/runs', component: RunsPage }]),
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
    await harness.navigateByUrl(`/o/acme/e/development/runs${query}`, RunsPage);
    await settle();
  }

  const settle = async (): Promise<void> => {
    for (let i = 0; i < 3; i += 1) {
      await new Promise((resolve) => setTimeout(resolve));
      harness.detectChanges();
    }
  };
  const page = (): HTMLElement => {
    const element = harness.routeNativeElement;
    if (element === null) throw new Error('no page');
    return element;
  };
  const functions = (): string[] =>
    [...page().querySelectorAll('tbody hp-function')].map((element) => element.textContent.trim());
  const press = async (text: string): Promise<void> => {
    const found = [...page().querySelectorAll('button')].find((button) => button.textContent.includes(text));
    if (found === undefined) throw new Error(`no button "${text}"`);
    found.click();
    await settle();
  };
  const asked = (): URLSearchParams => {
    const request = server.to(`GET ${BASE}/runs`).at(-1);
    if (request === undefined) throw new Error('nothing was asked');
    return request.url.searchParams;
  };

  beforeEach(() => {
    server = new FakeServer()
      .on('GET /admin/v1/me', () => single(aMe()))
      .on(`GET ${BASE}/runs`, () => ({
        ...listing([run(1), run(2, { status: 'running', stopped_at: null, duration_us: null })], {
          total: 60,
          has_more: true,
          next_cursor: 'c2',
        }),
        facets: { status: [{ value: 'failed', count: 7 }] },
      }));
  });

  it('asks for exactly what the address says', async () => {
    await open('?status=failed,cancelled&type=call&t=7d&sort=-duration&size=50&cur=c9');
    expect(Object.fromEntries(asked())).toEqual({
      status: 'failed,cancelled',
      type: 'call',
      t: '7d',
      sort: '-duration',
      limit: '50',
      cursor: 'c9',
      include: 'facets',
    });
  });

  it('shows the rows with their links and the way to the next page', async () => {
    await open();
    expect(functions()).toEqual(['::shop::orders/step-1', '::shop::orders/step-2']);
    expect(page().querySelector('tbody a')?.getAttribute('href')).toBe(
      `/o/acme/e/development/runs/${run(1).run_id}`,
    );
    expect(page().querySelector('hp-pager')?.textContent).toContain('1–2 of 60');
    page().querySelector<HTMLButtonElement>('[aria-label="Next page"]')?.click();
    await settle();
    expect(asked().get('cursor')).toBe('c2');
  });

  it('puts a pressed status into the address, and goes back to the first page', async () => {
    await open('?cur=c9');
    await press('Failed');
    expect(TestBed.inject(Router).url).toBe('/o/acme/e/development/runs?status=failed');
    expect(asked().get('status')).toBe('failed');
    expect(asked().get('cursor')).toBeNull();
  });

  it('leaves rows where they are when new runs start, and shows them on request', async () => {
    await open();
    say(started(3));
    say(started(4));
    await settle();
    expect(functions()).toHaveLength(2);
    expect(page().textContent).toContain('2 new — show');
    server.on(`GET ${BASE}/runs`, () => listing([run(4), run(3), run(1)]));
    await press('2 new');
    expect(functions()[0]).toBe('::shop::orders/step-4');
    expect(page().textContent).not.toContain('new — show');
  });

  it('does not count as new what the filters leave out', async () => {
    await open('?status=failed');
    say(started(3));
    await settle();
    expect(page().textContent).not.toContain('new — show');
  });

  it('changes a visible row in place when its run ends', async () => {
    await open();
    const message = started(2);
    say({
      topic: 'run:fail',
      data: {
        ...(message.data as LiveRun),
        status: 'failed',
        duration_us: 5000,
        error_preview: 'card declined',
      },
    });
    await settle();
    const second = page().querySelectorAll('tbody tr')[1];
    expect(second?.textContent).toContain('Failed');
    expect(second?.textContent).toContain('card declined');
    expect(server.to(`GET ${BASE}/runs`)).toHaveLength(1);
  });

  it('says which parameter it could not read', async () => {
    await open('?status=exploded&sort=colour');
    expect(page().querySelector('[role=status].notice')?.textContent).toContain('status, sort');
    expect(asked().get('status')).toBeNull();
  });

  it('explains emptiness by its cause and offers a way out', async () => {
    server.on(`GET ${BASE}/runs`, () => listing([]));
    await open('?status=failed');
    expect(page().textContent).toContain('No runs match');
    await press('Clear the filters');
    expect(page().textContent).toContain('Nothing ran in this time');
    await press('Look at all time');
    expect(page().textContent).toContain('No runs yet');
    expect(asked().get('t')).toBe('all');
  });

  it('shows an error with its request id and recovers', async () => {
    server.on(`GET ${BASE}/runs`, () => ({
      status: 500,
      body: { error: { code: 'internal_server_error', message: 'Broken', request_id: 'req-7' } },
    }));
    await open();
    expect(page().querySelector('hp-error')?.textContent).toContain('req-7');
    server.on(`GET ${BASE}/runs`, () => listing([run(1)]));
    await press('Try again');
    expect(functions()).toHaveLength(1);
  });
});
