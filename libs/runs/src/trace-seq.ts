/**
 * Numbers of trace segments: each start of a run has a range of its own, so that one that begins again in place neither
 * loses its segments to those of its earlier start nor is mixed with them.
 */
export const SEGMENTS_PER_START = 1_000_000;
