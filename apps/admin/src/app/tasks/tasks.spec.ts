import { TestBed } from '@angular/core/testing';
import { provideRouter, withComponentInputBinding } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import type { LiveMessage, TaskDetail, TaskRow } from '@app/contracts';
import { Live } from '@app/admin-ui/live';
import { Scope, Session } from '@app/admin-ui/session';
import { aMe, FakeServer, listing, single } from '../../../testing/fake-server';
import { TaskPage } from './task-page';
import { TasksPage } from './tasks-page';

const BASE = '/admin/v1/orgs/acme/envs/development';
const ID = '0198c4e2-7b1a-7f3c-9d02-000000000001';

const task = (over: Partial<TaskRow> = {}): TaskRow => ({
  task_id: ID,
  status: 'completed',
  type: 'code',
  function: '::shop::jobs/report',
  project: 'shop',
  error_preview: null,
  stream_id: '0198c4e2-7b1a-7f3c-9d02-0000000000ff',
  run_id: null,
  origin_run_id: null,
  attempt: 1,
  infra_retries: 0,
  next_attempt_at: null,
  created_at: '2026-03-04T08:59:00Z',
  started_at: '2026-03-04T08:59:01Z',
  stopped_at: '2026-03-04T08:59:02Z',
  duration_us: 1_000_000,
  queue_us: 1_000_000,
  compute_units: 0,
  size: null,
  exit_code: null,
  ...over,
});

const detail = (over: Partial<TaskDetail> = {}): TaskDetail => ({
  ...task(),
  build: null,
  timeout_ms: 60_000,
  max_attempts: 3,
  phases: [
    { name: 'queued', us: 1_000_000, since: '2026-03-04T08:59:00Z' },
    { name: 'running', us: 2_500_000, since: '2026-03-04T08:59:01Z' },
  ],
  failure: null,
  container: null,
  messages: { waiting: 2, taken: 5 },
  checkpoint_at: null,
  cancel_requested: false,
  attribution: null,
  has_input: false,
  has_result: false,
  can: { cancel: { ok: false, reason: 'The task has ended' } },
  ...over,
});

describe('tasks in the app', () => {
  let server: FakeServer;
  let harness: RouterTestingHarness;
  let say: (message: LiveMessage) => void;

  async function open(path: string, component: typeof TasksPage | typeof TaskPage): Promise<HTMLElement> {
    const listeners = new Set<(message: LiveMessage) => void>();
    say = (message) => listeners.forEach((listener) => listener(message));
    TestBed.configureTestingModule({
      providers: [
        provideRouter(
          [
            { path: 'o/:org/e/:env/tasks', pathMatch: 'full', component: TasksPage },
            { path: 'o/:org/e/:env/tasks/:taskId/:tab', component: TaskPage },
          ],
          withComponentInputBinding(),
        ),
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
    await harness.navigateByUrl<unknown>(`/o/acme/e/development/tasks${path}`, component);
    await settle();
    const element = harness.routeNativeElement;
    if (element === null) throw new Error('no page');
    return element;
  }
  const settle = async (ms = 0): Promise<void> => {
    for (let i = 0; i < 4; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      harness.detectChanges();
    }
  };
  const words = (element: HTMLElement): string => (element.textContent ?? '').replace(/\s+/g, ' ');

  beforeEach(() => {
    server = new FakeServer().on('GET /admin/v1/me', () => single(aMe()));
  });

  it('lists what goes on, with what went wrong', async () => {
    server.on(`GET ${BASE}/tasks`, () =>
      listing([task({ status: 'failed', error_preview: 'no paper', attempt: 2, infra_retries: 1 })]),
    );
    const page = await open('', TasksPage);
    expect(words(page)).toContain('::shop::jobs/report');
    expect(words(page)).toContain('no paper');
    expect(words(page)).toContain('Failed');
  });

  it('says what tasks are where there is none', async () => {
    server.on(`GET ${BASE}/tasks`, () => listing([]));
    expect(words(await open('?t=all', TasksPage))).toContain('::hot::task/start');
  });

  it('looks again when a task is told of, and at nothing else', async () => {
    server.on(`GET ${BASE}/tasks`, () => listing([]));
    const page = await open('?t=all', TasksPage);
    server.on(`GET ${BASE}/tasks`, () => listing([task()]));
    const ordered = (type: string): LiveMessage => ({
      topic: 'event:created',
      data: { event_id: ID, stream_id: ID, type, source: 'code' },
    });
    say(ordered('order:placed'));
    await settle(150);
    expect(words(page)).toContain('No tasks yet');
    say(ordered('hot:task'));
    await settle(300);
    expect(words(page)).toContain('::shop::jobs/report');
  });

  it('shows where the time of a task went and what it is set to', async () => {
    server.on(`GET ${BASE}/tasks/${ID}`, () => single(detail()));
    server.on(`GET ${BASE}/tasks/${ID}/runs`, () => listing([]));
    const page = await open(`/${ID}/calls`, TaskPage);
    const text = words(page);
    for (const part of [
      'Waiting for a worker',
      '1.00 s',
      'Running',
      '2.50 s',
      '2 waiting, 5 taken',
      'It never ran',
    ])
      expect(text).toContain(part);
    expect(page.querySelector('.btn.danger')).toBeNull();
  });

  it('shows a container: what was ordered, how it ended and what it costs', async () => {
    server.on(`GET ${BASE}/tasks/${ID}`, () =>
      single(
        detail({
          type: 'container',
          function: 'tools:1',
          size: 'large',
          exit_code: 137,
          compute_units: 245,
          container: {
            image: 'tools:1',
            entrypoint: ['sh', '-c'],
            command: ['report', '--all'],
            script: null,
            env: ['KEY', 'LANG'],
            mounts: [{ resource: 'data', dest: '/in', readonly: true }],
            network: 'none',
            memory_mb: 1_024,
            cpu_pct: 75,
            tmp_mb: 500,
            disk_mb: 10_240,
            timeout_secs: 600,
            multiplier: 4,
            ended: {
              container_id: 'c'.repeat(64),
              digest: 'tools@sha256:abc',
              backend: 'docker',
              out_of_memory: false,
              memory_peak_bytes: null,
              timing: [
                { phase: 'image_pull', us: 2_000_000 },
                { phase: 'execution', us: 61_200_000 },
                { phase: 'cleanup', us: 0 },
              ],
            },
          },
        }),
      ),
    );
    server.on(`GET ${BASE}/tasks/${ID}/runs`, () => listing([]));
    const page = await open(`/${ID}/calls`, TaskPage);
    const container = page.querySelector('hp-task-container');
    if (container === null) throw new Error('no container');
    const text = words(container as HTMLElement);
    for (const part of [
      'tools@sha256:abc',
      'sh -c',
      'report --all',
      'large, 4× compute units',
      '137, killed, or out of memory',
      'KEY, LANG',
      '/in from data',
      'Fetching the image',
      '245 units: 61.2 s × 4, rounded up',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('Removing');
  });

  it('offers to cancel only what goes on', async () => {
    server.on(`GET ${BASE}/tasks/${ID}`, () =>
      single(detail({ status: 'queued', started_at: null, stopped_at: null, can: { cancel: { ok: true } } })),
    );
    server.on(`GET ${BASE}/tasks/${ID}/runs`, () => listing([]));
    const page = await open(`/${ID}/calls`, TaskPage);
    expect(page.querySelector('.btn.danger')?.textContent).toContain('Cancel');
    expect(words(page)).toContain('Waiting for a worker');
  });
});
