/** What a program is told instead of an answer. */
export type RefusalCode =
  'unavailable' | 'invalid' | 'not_found' | 'conflict' | 'denied' | 'quota' | 'timeout' | 'cancelled' | 'io';

export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}
