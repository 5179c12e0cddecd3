import type { HierarchyNode, Listing, LiveRun, RunRow } from '@app/contracts';
import { hierarchyRows } from './hierarchy-rows';
import { applyLiveRun, concernsList } from './live-runs';

const row = (over: Partial<RunRow>): RunRow => ({
  run_id: 'r1',
  status: 'running',
  type: 'event',
  function: '::shop/confirm',
  error_preview: null,
  project_id: 'p',
  project: 'shop',
  build: null,
  stream_id: 's',
  event_id: 'e',
  event_type: 'order:placed',
  origin_run_id: null,
  retry_of_run_id: null,
  started_at: '2026-03-04T09:00:00Z',
  stopped_at: null,
  duration_us: null,
  waiting_us: null,
  attempt: 1,
  next_attempt_at: null,
  ...over,
});

const listing = (rows: readonly RunRow[]): Listing<RunRow> => ({
  data: rows,
  pagination: {
    total: rows.length,
    total_is_capped: false,
    limit: 25,
    offset: 0,
    has_more: false,
    next_cursor: null,
    prev_cursor: null,
  },
  meta: { request_id: 'x', timestamp: '', now: '' },
});

const live = (over: Partial<LiveRun>): LiveRun => ({
  run_id: 'r1',
  stream_id: 's',
  event_id: 'e',
  status: 'succeeded',
  type: 'event',
  function: '::shop/confirm',
  project: 'shop',
  started_at: '2026-03-04T09:00:00Z',
  stopped_at: '2026-03-04T09:00:01Z',
  duration_us: 1_000_000,
  error_preview: null,
  next_attempt_at: null,
  ...over,
});

describe('a live message about a run', () => {
  it('changes its row where it stands', () => {
    const before = listing([row({ run_id: 'r0' }), row({})]);
    const after = applyLiveRun(before, live({}));
    expect(after.data.map(({ run_id, status }) => [run_id, status])).toEqual([
      ['r0', 'running'],
      ['r1', 'succeeded'],
    ]);
    expect(after.data[1]?.duration_us).toBe(1_000_000);
  });

  it('adds no row and takes none away', () => {
    const before = listing([row({})]);
    expect(applyLiveRun(before, live({ run_id: 'other' }))).toBe(before);
  });

  it('does not bring an ended run back to life when it comes late', () => {
    const ended = listing([row({ status: 'failed', duration_us: 5 })]);
    expect(applyLiveRun(ended, live({ status: 'running', duration_us: null })).data[0]?.status).toBe(
      'failed',
    );
  });

  it('counts as new only when the list would show it', () => {
    const all = { q: '', status: [], type: [], project: [] };
    expect(concernsList(live({}), all)).toBe(true);
    expect(concernsList(live({}), { ...all, status: ['failed'] })).toBe(false);
    expect(concernsList(live({}), { ...all, type: ['call'] })).toBe(false);
    expect(concernsList(live({ project: null }), { ...all, project: ['shop'] })).toBe(false);
    expect(concernsList(live({}), { ...all, q: 'CONF' })).toBe(true);
    expect(concernsList(live({ function: null }), { ...all, q: 'conf' })).toBe(false);
  });
});

describe('hierarchyRows', () => {
  const node = (run_id: string, over: Partial<HierarchyNode> = {}): HierarchyNode => ({
    run_id,
    parent_run_id: null,
    retry_of_run_id: null,
    function: null,
    type: 'event',
    event_type: null,
    status: 'succeeded',
    attempt: 1,
    started_at: `2026-03-04T09:00:0${run_id.slice(1)}Z`,
    duration_us: 1,
    ...over,
  });

  it('stands what a run caused and its attempts below it, in order of start', () => {
    const rows = hierarchyRows(
      [
        node('r3', { parent_run_id: 'r1' }),
        node('r1'),
        node('r2', { retry_of_run_id: 'r1', parent_run_id: 'r0' }),
      ],
      'r2',
    );
    expect(rows.map(({ node: { run_id }, depth, relation }) => [run_id, depth, relation])).toEqual([
      ['r1', 0, 'run'],
      ['r2', 1, 'self'],
      ['r3', 1, 'run'],
    ]);
  });

  it('shows every run once, even of a circle', () => {
    const rows = hierarchyRows(
      [node('r1', { parent_run_id: 'r2' }), node('r2', { parent_run_id: 'r1' })],
      'r1',
    );
    expect(rows.map(({ node: { run_id } }) => run_id).sort()).toEqual(['r1', 'r2']);
  });
});
