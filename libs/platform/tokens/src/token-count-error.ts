/** With the code that a program is told. */
export class TokenCountError extends Error {
  constructor(
    readonly code: 'invalid' | 'quota' | 'cancelled',
    message: string,
  ) {
    super(message);
    this.name = 'TokenCountError';
  }
}
