/** What the person typed can't be done as it stands; the message says what to type instead. Exit code 2. */
export class UsageError extends Error {}

/** The work failed for a reason that the message explains. Exit code 1. */
export class CommandError extends Error {}
