import { counter, gauge, histogram, meterText } from './meters';

const lines = async (name: string): Promise<readonly string[]> =>
  (await meterText()).text.split('\n').filter((line) => line.startsWith(name));

describe('meters', () => {
  it('count from zero, by their labels', async () => {
    const plain = counter('hot_spec_plain_total', 'x');
    expect(await lines('hot_spec_plain_total')).toEqual(['hot_spec_plain_total 0']);
    plain.add({}, 3);
    expect(await lines('hot_spec_plain_total')).toEqual(['hot_spec_plain_total 3']);
    const labelled = counter('hot_spec_labelled_total', 'x', ['status']);
    labelled.add({ status: 'ok' });
    labelled.add({ status: 'ok' });
    expect(await lines('hot_spec_labelled_total')).toEqual(['hot_spec_labelled_total{status="ok"} 2']);
  });

  it('refuse labels that were not declared, and names of others', () => {
    const plain = counter('hot_spec_strict_total', 'x');
    expect(() => plain.add({ org: 'acme' })).toThrow();
    expect(() => counter('spec_total', 'x')).toThrow('hot_');
  });

  it('look values up when asked, leave out what fails, and tell of the newest application', async () => {
    gauge('hot_spec_value', 'x', () => 7);
    gauge('hot_spec_value', 'x', () => 8);
    gauge('hot_spec_rows', 'x', async () => ({ queued: 1, running: 2 }), 'state');
    gauge('hot_spec_broken', 'x', () => Promise.reject(new Error('away')));
    expect(await lines('hot_spec_value')).toEqual(['hot_spec_value 8']);
    expect(await lines('hot_spec_rows')).toEqual([
      'hot_spec_rows{state="queued"} 1',
      'hot_spec_rows{state="running"} 2',
    ]);
    expect(await lines('hot_spec_broken')).toEqual([]);
  });

  it('sort times into buckets', async () => {
    histogram('hot_spec_duration_seconds', 'x', ['route'], [0.1, 1])({ route: '/a' }, 0.5);
    expect(await lines('hot_spec_duration_seconds_bucket')).toEqual([
      'hot_spec_duration_seconds_bucket{le="0.1",route="/a"} 0',
      'hot_spec_duration_seconds_bucket{le="1",route="/a"} 1',
      'hot_spec_duration_seconds_bucket{le="+Inf",route="/a"} 1',
    ]);
  });
});
