import { healthOf } from './agent.mapper';

describe('health of an agent', () => {
  it.each([
    [951, 49, 'healthy'],
    [950, 50, 'degraded'],
    [800, 200, 'degraded'],
    [799, 201, 'failing'],
    [0, 0, 'idle'],
    [0, 1, 'failing'],
  ])('%d succeeded and %d failed is %s', (succeeded, failed, health) => {
    expect(healthOf({ succeeded, failed, sampled: false })).toBe(health);
  });
});
