import { cut, scanJson } from '@app/events';

const CALL = 1;
const SCHEDULE = 3;

/**
 * What the function was called with, as JSON text cut out of the event as it came. Calls carry a list of arguments;
 * handlers get the event, of which the data is what differs.
 */
export function inputOf(runType: number, eventData: string): string {
  if (runType !== CALL && runType !== SCHEDULE) return eventData;
  const scan = scanJson(eventData);
  const args = scan.ok ? scan.members.get('args') : undefined;
  return args === undefined ? eventData : cut(eventData, args);
}
