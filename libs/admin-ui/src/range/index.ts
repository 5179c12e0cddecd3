export { absolute, lengthOf, momentsOf, PRESETS, rangeWords, shiftRange, type RangeText } from './range';
export { RangePicker } from './range-picker';
