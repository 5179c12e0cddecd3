/** A status by what it means to people: decides colour and shape together, so that colour is never alone. */
export const TONES = ['run', 'ok', 'bad', 'off', 'wait', 'warn', 'move', 'idle'] as const;
export type Tone = (typeof TONES)[number];

export interface StatusLook {
  readonly tone: Tone;
  readonly label: string;
}

const look = (tone: Tone, label: string): StatusLook => ({ tone, label });

/** Every status word of the API and how it is shown. Lifecycle states stay upper case, as in logs and API answers. */
const LOOKS: Readonly<Record<string, StatusLook>> = {
  running: look('run', 'Running'),
  succeeded: look('ok', 'Succeeded'),
  failed: look('bad', 'Failed'),
  cancelled: look('off', 'Cancelled'),
  pending_retry: look('warn', 'Retry scheduled'),
  queued: look('wait', 'Queued'),
  completed: look('ok', 'Completed'),
  timed_out: look('bad', 'Timed out'),
  handled: look('ok', 'Handled'),
  unhandled: look('warn', 'Unhandled'),
  pending: look('wait', 'Pending'),
  active: look('run', 'Active'),
  settled: look('ok', 'Settled'),
  ready: look('ok', 'Ready'),
  loading: look('move', 'Loading'),
  superseded: look('off', 'Superseded'),
  deployed: look('ok', 'Deployed'),
  available: look('idle', 'Available'),
  removed: look('idle', 'Removed'),
  expired: look('off', 'Expired'),
  parent_off: look('warn', 'API key revoked'),
  revoked: look('off', 'Revoked'),
  valid: look('ok', 'Active'),
  healthy: look('ok', 'Healthy'),
  degraded: look('warn', 'Degraded'),
  failing: look('bad', 'Failing'),
  idle: look('idle', 'Idle'),
  paused: look('idle', 'Paused'),
  ended: look('off', 'Ended'),
  missing: look('warn', 'Missing'),
  overridden: look('idle', 'Overridden'),
  unused: look('idle', 'Unused'),
  pending_validation: look('wait', 'Waiting for DNS'),
  validated: look('move', 'Validated'),
  provisioning: look('move', 'Provisioning'),
  serving: look('ok', 'Active'),
  deleting: look('off', 'Deleting'),
  RUNNING: look('ok', 'RUNNING'),
  STARTING: look('move', 'STARTING'),
  FAILED: look('bad', 'FAILED'),
  STOPPED: look('off', 'STOPPED'),
  BLOCKED: look('warn', 'BLOCKED'),
  DISABLED: look('idle', 'DISABLED'),
  EMPTY: look('idle', 'NOT DEPLOYED'),
};

export function statusLook(status: string): StatusLook {
  return LOOKS[status] ?? look('off', status);
}
