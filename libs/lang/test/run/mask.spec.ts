import { readJson } from '../../src/runtime/json-read';
import { writeJson } from '../../src/runtime/json-write';
import { Masker } from '../../src/runtime/mask';

const shown = (json: string, ...secrets: readonly string[]): string => {
  const masker = new Masker();
  for (const secret of secrets) masker.add(secret);
  return writeJson(masker.value(readJson(json, () => undefined)), true);
};

describe('a value that is only looked at', () => {
  it('shows no secret, neither as a leaf nor inside a text', () => {
    expect(shown('{"a":"sk_live_12","b":["Bearer sk_live_12",1]}', 'sk_live_12')).toBe(
      '{"a":"<secret>","b":["Bearer <secret>",1]}',
    );
  });

  it('shows no secret in a key either, and no entry is lost for it', () => {
    expect(shown('{"x":1,"sk_live_12":2,"k-sk_live_12":3,"pk_live_34":4}', 'sk_live_12', 'pk_live_34')).toBe(
      '{"x":1,"<secret>":2,"k-<secret>":3,"<secret> 2":4}',
    );
  });

  it('keeps keys that happen to be a short secret: they are names', () => {
    expect(shown('{"id":"id"}', 'id')).toBe('{"id":"<secret>"}');
  });
});
