import { countTokens } from './count-tokens';

/** The call `tokenizer.count` of programs: JSON text in, JSON text out. */
export async function tokenizerCount(argsJson: string, signal?: AbortSignal): Promise<string> {
  const { text, encoding } = JSON.parse(argsJson) as { readonly text?: unknown; readonly encoding?: unknown };
  return String(await countTokens(text, encoding, signal));
}
