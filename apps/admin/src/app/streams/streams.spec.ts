import type { StreamMember } from '@app/contracts';
import { memberRows } from './member-rows';
import { busyMap, idleShare, plainMap } from './time-map';

describe('time without idle', () => {
  const spans = [
    { from: 0, to: 100 },
    { from: 50, to: 200 },
    { from: 10_200, to: 10_400 },
  ];

  it('knows how much of the time nothing happened', () => {
    expect(idleShare(spans)).toBeCloseTo(1 - 400 / 10_400);
    expect(idleShare([{ from: 5, to: 5 }])).toBe(0);
  });

  it('leaves the order and cuts the pause', () => {
    const map = busyMap(spans);
    const at = [0, 100, 200, 5000, 10_200, 10_400].map((ms) => map.at(ms));
    expect([...at].sort((a, b) => a - b)).toEqual(at);
    expect(map.at(0)).toBe(0);
    expect(map.at(10_400)).toBe(1);
    expect(map.at(10_200) - map.at(200)).toBeCloseTo(40 / 440);
    expect(map.cuts).toHaveLength(1);
    expect(map.cuts[0]?.lengthMs).toBe(10_000);
  });

  it('leaves short pauses as they are', () => {
    expect(
      busyMap([
        { from: 0, to: 100 },
        { from: 105, to: 200 },
      ]).cuts,
    ).toEqual([]);
    expect(plainMap(spans).at(5200)).toBeCloseTo(0.5);
  });
});

describe('memberRows', () => {
  const event = (id: string, parent: string | null, second: number): StreamMember => ({
    kind: 'event',
    id,
    parent_id: parent,
    label: id,
    state: 'handled',
    source: 'api',
    at: `2026-03-04T09:00:0${second}Z`,
  });
  const run = (id: string, parent: string, second: number): StreamMember => ({
    kind: 'run',
    id,
    parent_id: parent,
    label: id,
    type: 'event',
    status: 'succeeded',
    project: null,
    attempt: 1,
    retry_of_run_id: null,
    at: `2026-03-04T09:00:0${second}Z`,
    stopped_at: null,
    duration_us: null,
  });

  it('follows causes: event, run, sent event', () => {
    const rows = memberRows([
      run('r1', 'e1', 1),
      event('e2', 'r1', 2),
      event('e1', null, 0),
      run('r2', 'e2', 3),
    ]);
    expect(rows.map(({ member, depth }) => [member.id, depth])).toEqual([
      ['e1', 0],
      ['r1', 1],
      ['e2', 2],
      ['r2', 3],
    ]);
  });

  it('stands members whose cause is elsewhere on the left, and loses none', () => {
    const rows = memberRows([event('e1', 'gone', 0), run('r1', 'r1', 1)]);
    expect(rows.map(({ member, depth }) => [member.id, depth])).toEqual([
      ['e1', 0],
      ['r1', 0],
    ]);
  });
});
