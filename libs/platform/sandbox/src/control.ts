/**
 * Layout of the control words, as the language's seam has it. Written out because a sandbox child must not load the
 * compiler behind the language's entrance; a test compares.
 */
export const CONTROL_HEADER_WORDS = 4;
export const CONTROL_WORDS_PER_SLOT = 4;
export const CONTROL_STOP = 0;
export const CONTROL_DEADLINE = 1;
export const CONTROL_NOW = 2;
export const STOP_REASONS = { none: 0, cancelled: 1, timeout: 2, memory: 3, shutdown: 4 } as const;

/** Slots of one isolate: runs at work and many more that wait for something outside. */
export const SLOTS = 256;
export const CONTROL_BYTES = 4 * (CONTROL_HEADER_WORDS + SLOTS * CONTROL_WORDS_PER_SLOT);

/** Index of a slot's word among the control words. */
export function slotWord(slot: number, word: number): number {
  return CONTROL_HEADER_WORDS + slot * CONTROL_WORDS_PER_SLOT + word;
}

/**
 * A second shared array, between the driver in the isolate and the child alone. As Float64: [0] the clock in
 * microseconds. As Int32: [2] characters that went out, as far as they have been passed on, modulo 2^32.
 */
export const FLOW_BYTES = 16;
export const FLOW_CLOCK = 0;
export const FLOW_PASSED = 2;
