import { HostFunctions, type RunFacts } from './extension-points';
import { TokenCalls } from './token-calls';

describe('tokenizer.count in a worker', () => {
  const functions = new HostFunctions();
  new TokenCalls(functions).onModuleInit();
  const count = (text: unknown, encoding: string, signal = new AbortController().signal): Promise<string> =>
    functions.call({} as RunFacts, 'tokenizer.count', JSON.stringify({ text, encoding }), signal);

  it('counts the tokens of a text', async () => {
    expect(await count('hello world', 'cl100k_base')).toBe('2');
    expect(await count('お誕生日おめでとう', 'o200k_harmony')).toBe('8');
  });

  it('tells the program what it cannot count', async () => {
    await expect(count(5, 'gpt2')).rejects.toMatchObject({ code: 'invalid' });
    await expect(count('a', 'klingon')).rejects.toMatchObject({ code: 'invalid' });
    await expect(count('a'.repeat(5_000_000), 'gpt2')).rejects.toMatchObject({ code: 'quota' });
  });

  it('ends with the run', async () => {
    const over = AbortSignal.timeout(20);
    await expect(count('a'.repeat(4_000_000), 'gpt2', over)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
