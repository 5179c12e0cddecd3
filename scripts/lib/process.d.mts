/** For tests in TypeScript; what the functions do stands with them. */
export function isAlive(pid: number, proc?: string): boolean;
