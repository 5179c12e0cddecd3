export { Clock } from './clock';
export { CopyButton } from './copy-button';
export { exactMicroseconds, formatDuration, formatFine, formatTicking } from './duration';
export { Duration } from './duration-view';
export { fileName, FunctionName, splitFunction } from './function-name';
export { ShortId, shortId } from './short-id';
export { formatBytes, formatCount, formatPercent, plural } from './number';
export { clockLabel, formatAbsolute, formatRelative, viewerZone, type ClockLabel } from './time';
export { TimeView } from './time-view';
