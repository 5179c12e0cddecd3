/** JSON text in, JSON text out; rejects with a Refusal. */
export type LocalCall = (argsJson: string) => string | Promise<string>;
export type LocalCalls = Readonly<Record<string, LocalCall>>;
