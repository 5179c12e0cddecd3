/** A failure whose message is written for the person at the terminal: it is printed without a stack. */
export class Failure extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = 'Failure';
  }
}

/** What to print for an error: the sentence of a Failure, the stack of anything that was not foreseen. */
export function describe(error) {
  const full = error?.code === '53100' || /No space left on device/.test(error?.message ?? '');
  if (full && !/^The disk is full/.test(error.message))
    return `The disk is full. Free some space and start again.\n\n${error.message}`;
  if (error instanceof Failure) return error.message;
  if (error?.code === 'ENOSPC')
    return 'The disk is full (ENOSPC). Free some space and start again; nothing was lost.';
  if (error?.code === 'EDQUOT')
    return 'The disk quota of this user is used up (EDQUOT). Free some space and start again.';
  if (error?.code === 'EROFS' || error?.code === 'EACCES')
    return `Cannot write ${error.path ?? 'a file'} (${error.code}). Check who owns the folder.`;
  return error?.stack ?? String(error);
}
