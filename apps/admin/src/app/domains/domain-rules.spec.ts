import { hasRoom, isApex, problemOfName, roomWords, stepsOf } from './domain-rules';

describe('what is said about a domain while it is typed', () => {
  it.each(['', 'hooks.example.com', ' Hooks.Example.com ', 'xn--bcher-kva.example'])(
    'is nothing for %p',
    (text) => {
      expect(problemOfName(text)).toBe('');
    },
  );

  it.each([
    ['https://a.example', 'https'],
    ['a.example/x', 'path'],
    ['a.example:80', 'port'],
    ['*.a.example', 'wildcards'],
    ['a.example.', 'dot at the end'],
    ['a_b.example', 'hyphens and dots'],
    ['localhost', 'at least one dot'],
    ['-a.example', 'begins and ends'],
    ['1.2.3.4', 'IP address'],
  ])('of %p mentions %p', (text, phrase) => {
    expect(problemOfName(text)).toContain(phrase);
  });

  it('warns of a name that a whole site may live under', () => {
    expect([isApex('example.com'), isApex('hooks.example.com'), isApex('nodot')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('room for domains', () => {
  it('is not spoken of where there is no limit', () => {
    expect([roomWords({ used: 3, max: -1 }), hasRoom({ used: 3, max: -1 })]).toEqual(['', true]);
  });

  it('ends with the plan', () => {
    expect(hasRoom({ used: 4, max: 5 })).toBe(true);
    expect(hasRoom({ used: 5, max: 5 })).toBe(false);
    expect(roomWords({ used: 5, max: 5 })).toContain('5 of 5');
    expect(roomWords({ used: 0, max: 0 })).toContain('not part of your plan');
  });
});

describe('the way of a domain', () => {
  const states = (...args: Parameters<typeof stepsOf>) => stepsOf(...args).map((step) => step.state);

  it('shows what is done and what is next', () => {
    expect(states('pending_validation')).toEqual(['now', 'later', 'later']);
    expect(states('validated')).toEqual(['done', 'now', 'later']);
    expect(states('provisioning')).toEqual(['done', 'now', 'later']);
    expect(states('active')).toEqual(['done', 'done', 'done']);
    expect(states('deleting')).toEqual(['later', 'later', 'later']);
  });
});
