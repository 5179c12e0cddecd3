/** Under which the worker's composition provides the sandbox that runs programs. */
export const SANDBOX = Symbol('sandbox');
