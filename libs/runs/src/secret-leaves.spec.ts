import fc from 'fast-check';
import { restoreLeaves, RunSecrets } from './secret-leaves';

const secretsOf = (...values: readonly unknown[]): RunSecrets => {
  const secrets = new RunSecrets();
  for (const value of values) secrets.add(JSON.stringify(value));
  return secrets;
};

describe('secrets in a JSON text', () => {
  it('are hidden whole, inside longer texts and keys, and as numbers; the rest stays to the letter', () => {
    const json =
      '{"sk_live_12":1, "by sk_live_12":2, "4711":3, "a" : "sk_live_12","b":["Bearer sk_live_12\\n",4711,47110,"x"],"n":1.50,"c":"sk_live"}';
    const hidden = secretsOf('sk_live_12', 4711).hideIn(json);
    expect(hidden?.shown).toBe(
      '{"<secret>":1, "<secret>":2, "4711":3, "a" : "<secret>","b":["<secret>","<secret>",47110,"x"],"n":1.50,"c":"sk_live"}',
    );
    expect(hidden?.secrets).toEqual(['"sk_live_12"', '4711']);
    expect(restoreLeaves(hidden?.shown ?? '', hidden?.leaves ?? [])).toBe(json);
  });

  it('that are short are hidden as whole leaves only', () => {
    expect(secretsOf('abc').hideIn('["abcd","abc"]')?.shown).toBe('["abcd","<secret>"]');
  });

  it('are every leaf of a value that is secret, whatever way a text is escaped', () => {
    const secrets = secretsOf({ user: 'deploy-bot', nested: ['pässword1'] });
    expect(secrets.hideIn('["deploy-b\\u006ft","p\\u00e4ssword1","user","nested"]')?.shown).toBe(
      '["<secret>","<secret>","user","nested"]',
    );
  });

  it.each([
    ['nothing is known to be secret', new RunSecrets(), '["a"]'],
    ['only the empty text is', secretsOf(''), '["","a"]'],
    ['none occurs', secretsOf('sk_live_12'), '{"a":"b","sk_live_1":null}'],
    ['a short one is the name of something', secretsOf('id'), '{"id":"b"}'],
  ])('are nothing to do when %s', (_, secrets, json) => {
    expect(secrets.hideIn(json)).toBeNull();
  });

  it('are not put back into another text', () => {
    const { leaves = [] } = secretsOf('sk_live_12').hideIn('["sk_live_12"]') ?? {};
    expect(restoreLeaves('["other text"]', leaves)).toBeNull();
    expect(restoreLeaves('', leaves)).toBeNull();
  });

  it('are gone from what is shown and back in what is restored, for any document', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.string({ minLength: 8, maxLength: 20 }),
        fc.string(),
        fc.boolean(),
        (text, secret, prefix, isSpaced) => {
          const value: unknown = [JSON.parse(text), `${prefix}${secret}`, { [prefix]: secret }];
          const json = JSON.stringify(value, null, isSpaced ? 1 : 0);
          const hidden = secretsOf(secret).hideIn(json);
          expect(hidden).not.toBeNull();
          expect(restoreLeaves(hidden?.shown ?? '', hidden?.leaves ?? [])).toBe(json);
          const leafTexts = (one: unknown): readonly string[] =>
            typeof one === 'string'
              ? [one]
              : typeof one === 'object' && one !== null
                ? Object.values(one).flatMap(leafTexts)
                : [];
          const leaks = leafTexts(JSON.parse(hidden?.shown ?? '')).filter((one) => one.includes(secret));
          expect(leaks.filter((one) => one !== '<secret>')).toEqual([]);
        },
      ),
    );
  });
});
