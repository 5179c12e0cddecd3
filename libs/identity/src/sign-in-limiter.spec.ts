import { networkOf, SignInLimiter } from './sign-in-limiter';

const limits = { windowMs: 60_000, perAddress: 3, perAccount: 5 };

describe('SignInLimiter', () => {
  it('refuses the attempt after the last one and says how long to wait', () => {
    let now = 0;
    const limiter = new SignInLimiter(() => now, limits);
    for (let i = 0; i < 3; i++) expect(limiter.take('1.2.3.4', `a${i}`)).toBeUndefined();
    now = 20_000;
    expect(limiter.take('1.2.3.4', 'other')).toBe(40);
    expect(limiter.take('1.2.3.5', 'other')).toBeUndefined();
  });

  it('counts an account across addresses, whatever its spelling', () => {
    const limiter = new SignInLimiter(() => 0, limits);
    for (let i = 0; i < 5; i++)
      expect(limiter.take(`10.0.0.${i}`, i % 2 ? 'A@b.c' : 'a@b.c ')).toBeUndefined();
    expect(limiter.take('10.0.0.9', 'a@b.c')).toBe(60);
  });

  it('does not count a successful attempt', () => {
    const limiter = new SignInLimiter(() => 0, limits);
    for (let i = 0; i < 20; i++) {
      expect(limiter.take('1.2.3.4', 'a')).toBeUndefined();
      limiter.giveBack('1.2.3.4', 'a');
    }
  });

  it('begins anew when the window has passed', () => {
    let now = 0;
    const limiter = new SignInLimiter(() => now, limits);
    for (let i = 0; i < 3; i++) limiter.take('1.2.3.4', 'a');
    now = 60_001;
    expect(limiter.take('1.2.3.4', 'a')).toBeUndefined();
  });
});

describe('networkOf', () => {
  it.each([
    ['1.2.3.4', '1.2.3.4'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:0db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
  ])('%s belongs to %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
