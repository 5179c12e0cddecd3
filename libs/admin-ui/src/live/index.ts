export { Coalescer, type Timers } from './coalesce';
export { reconnectDelayMs } from './backoff';
export { Live, onLive, refreshOn } from './live';
export type { LiveState } from './live-source';
