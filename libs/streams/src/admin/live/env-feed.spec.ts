import {
  MAX_CHANGES,
  type ChangedEvent,
  type ChangedRun,
  type Changes,
  type ProjectState,
} from '@app/observe';
import { EnvFeed } from './env-feed';

const aRun = (run_id: string, status: number, more: Partial<ChangedRun> = {}): ChangedRun => ({
  run_id,
  stream_id: 's',
  event_id: 'e',
  status,
  run_type: 2,
  function_name: '::a/b',
  project: 'p',
  started_at: '2026-01-01T00:00:00+00:00',
  stopped_at: status === 1 ? null : '2026-01-01T00:00:01+00:00',
  duration_us: status === 1 ? null : 1_000_000,
  result_head: status === 3 ? '{"$val":{"msg":"no"}}' : null,
  next_attempt_at: null,
  data_seq: null,
  data_type: null,
  ...more,
});
const anEvent = (event_id: string, state: ChangedEvent['state']): ChangedEvent => ({
  event_id,
  stream_id: 's',
  event_type: 't',
  source: 1,
  state,
});
const aProject = (more: Partial<ProjectState> = {}): ProjectState => ({
  project: 'p',
  active: true,
  serving_build_id: 'b1',
  build_id: 'b1',
  runtime_status: 'ready',
  runtime_error: null,
  ...more,
});
const look = (changes: Partial<Changes> = {}): Changes => ({
  runs: [],
  events: [],
  projects: [],
  ...changes,
});

function primed(changes: Partial<Changes> = {}): EnvFeed {
  const feed = new EnvFeed();
  expect(feed.take(look(changes))).toEqual([]);
  return feed;
}
const topics = (feed: EnvFeed, changes: Partial<Changes>): string[] =>
  feed.take(look(changes)).map(({ topic }) => topic);

describe('EnvFeed', () => {
  it('tells a run that began, and its end once', () => {
    const feed = primed();
    expect(topics(feed, { runs: [aRun('r1', 1)] })).toEqual(['run:start']);
    expect(topics(feed, { runs: [aRun('r1', 1)] })).toEqual([]);
    expect(feed.liveRunIds).toEqual(['r1']);
    const [end] = feed.take(look({ runs: [aRun('r1', 3)] }));
    expect(end).toMatchObject({ topic: 'run:fail', data: { error_preview: 'no', status: 'failed' } });
    expect(topics(feed, { runs: [aRun('r1', 3), aRun('r1', 3)] })).toEqual([]);
    expect(feed.liveRunIds).toEqual([]);
  });

  it('tells beginning and end of a run that came and went between two looks', () => {
    const feed = primed();
    expect(topics(feed, { runs: [aRun('r1', 2)] })).toEqual(['run:start', 'run:stop']);
  });

  it('says nothing of what was there before, but of what becomes of it', () => {
    const feed = primed({ runs: [aRun('old', 2), aRun('going', 1)], events: [anEvent('e1', 'pending')] });
    expect(topics(feed, { runs: [aRun('old', 2), aRun('going', 1)] })).toEqual([]);
    expect(topics(feed, { runs: [aRun('going', 4)], events: [anEvent('e1', 'handled')] })).toEqual([
      'event:handled',
      'run:cancel',
    ]);
  });

  it('tells that an attempt waits for the next one', () => {
    const feed = primed({ runs: [aRun('r1', 1)] });
    const waiting = aRun('r1', 5, { next_attempt_at: '2026-01-01T00:00:09+00:00' });
    expect(topics(feed, { runs: [waiting] })).toEqual(['run:retry']);
    expect(topics(feed, { runs: [waiting] })).toEqual([]);
    expect(topics(feed, { runs: [aRun('r1', 3), aRun('r2', 1)] })).toEqual(['run:fail', 'run:start']);
  });

  it('tells that a run emitted something', () => {
    const feed = primed({ runs: [aRun('r1', 1)] });
    expect(topics(feed, { runs: [aRun('r1', 1, { data_seq: 4, data_type: 'x' })] })).toEqual(['stream:data']);
    expect(topics(feed, { runs: [aRun('r1', 1, { data_seq: 4, data_type: 'x' })] })).toEqual([]);
  });

  it('tells events and what became of them', () => {
    const feed = primed();
    expect(topics(feed, { events: [anEvent('e1', 'pending')] })).toEqual(['event:created']);
    expect(feed.pendingEventIds).toEqual(['e1']);
    expect(topics(feed, { events: [anEvent('e1', 'unhandled')] })).toEqual(['event:handled']);
    expect(topics(feed, { events: [anEvent('e2', 'handled')] })).toEqual(['event:created', 'event:handled']);
    expect(feed.pendingEventIds).toEqual([]);
  });

  it('tells deployments from request to service', () => {
    const feed = primed({ projects: [aProject()] });
    expect(topics(feed, { projects: [aProject({ build_id: 'b2', runtime_status: 'pending' })] })).toEqual([
      'build:status',
    ]);
    expect(
      topics(feed, {
        projects: [aProject({ build_id: 'b2', runtime_status: 'ready', serving_build_id: 'b2' })],
      }),
    ).toEqual(['build:status', 'project:changed']);
    expect(topics(feed, {})).toEqual(['project:changed']);
  });

  it('asks to fetch again instead of telling hundreds of things', () => {
    const feed = primed();
    const runs = Array.from({ length: MAX_CHANGES + 1 }, (_, i) => aRun(`r${i}`, 2));
    expect(feed.take(look({ runs }))).toEqual([{ topic: 'resync', data: { reason: 'busy' } }]);
    expect(feed.take(look({ runs }))).toEqual([]);
  });
});
