export { StatusChip } from './status-chip';
export { StatusGlyph } from './status-glyph';
export { statusLook, TONES, type StatusLook, type Tone } from './tone';
