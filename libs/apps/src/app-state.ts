/** How an app stands, as operators are told. */
export const APP_STATES = [
  'BLOCKED',
  'DISABLED',
  'STOPPING',
  'STOPPED',
  'STARTING',
  'CRASHED',
  'FAILED',
  'RUNNING',
] as const;
export type AppStateName = (typeof APP_STATES)[number];

const AVAILABLE = {
  start: ['STOPPED', 'FAILED', 'CRASHED', 'DISABLED'],
  stop: ['RUNNING'],
  reload: ['RUNNING'],
} as const satisfies Record<string, readonly AppStateName[]>;

export function isAvailable(action: keyof typeof AVAILABLE, state: AppStateName): boolean {
  const states: readonly AppStateName[] = AVAILABLE[action];
  return states.includes(state);
}
