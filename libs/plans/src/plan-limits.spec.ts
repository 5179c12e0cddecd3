import { limitsOf, SELF_HOSTED_LIMITS } from './plan-limits';

describe('limits of a plan', () => {
  it('are those of the organization before those of the plan before the cautious ones', () => {
    const limits = limitsOf({ rate_limit_rps: 20, custom_domains: 5 }, { custom_domains: 7 });
    expect(limits).toMatchObject({ rate_limit_rps: 20, custom_domains: 7, team_members: 1 });
  });

  it('fall back to 10 requests per second where a plan does not speak of them', () => {
    expect(limitsOf({}).rate_limit_rps).toBe(10);
    expect(limitsOf(null, undefined).rate_limit_rps).toBe(10);
  });

  it.each([['20'], [1.5], [-2], [null], [Infinity], [{}]])('pass over %p', (value) => {
    expect(limitsOf({ rate_limit_rps: 20 }, { rate_limit_rps: value }).rate_limit_rps).toBe(20);
  });

  it('take -1 and 0 as they are', () => {
    expect(limitsOf({ rate_limit_rps: -1, team_members: 0 })).toMatchObject({
      rate_limit_rps: -1,
      team_members: 0,
    });
  });

  it('do not exist for whoever hosts itself', () => {
    expect(new Set(Object.values(SELF_HOSTED_LIMITS))).toEqual(new Set([-1]));
  });
});
