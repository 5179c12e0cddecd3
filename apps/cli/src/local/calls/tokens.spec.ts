import { errorOf, valueOf } from '../../testing/evaluating';
import { Workspace } from '../../testing/workspace';

describe('tokens on this machine', () => {
  let place: Workspace;
  beforeEach(async () => {
    place = await Workspace.make('project');
  });
  afterEach(() => place.remove());

  it('are counted in every encoding that there is', async () => {
    const code = `::tokenizer ::hot::internal::tokenizer
map(::tokenizer/encodings(), (encoding) { ::tokenizer/count("お誕生日おめでとう", encoding) })`;
    expect(await valueOf(place, code)).toEqual([8, 8, 9, 14, 14, 14, 14]);
  });

  it('are not counted in an unknown encoding or in too long a text', async () => {
    const fn = '::hot::internal::tokenizer/count';
    expect(await errorOf(place, `${fn}("a", "klingon")`)).toBe(`${fn}: unknown encoding 'klingon'`);
    const long =
      'repeated fn (text) { join(map(range(2500), (i) { text }), "") }\nlong repeated(repeated("a"))';
    expect(await valueOf(place, `${long}\nerr-message(${fn}(long, "gpt2"))`)).toBe(
      `${fn}: the text has 6250000 bytes; tokens are counted in at most 4194304 at once`,
    );
  });
});
