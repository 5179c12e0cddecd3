import { clockLabel } from '../format';

export interface AxisLabel {
  readonly index: number;
  readonly text: string;
  /** The first of a day. */
  readonly strong: boolean;
}

const MINUTE = 60_000;
const INTERVALS = [5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440];

/** Labels under bars at moments people know: full hours, every third hour, midnight. At most `most`. */
export function axisLabels(starts: readonly number[], zone: string, most: number): AxisLabel[] {
  const [first, second] = starts;
  if (first === undefined) return [];
  const width = second === undefined ? MINUTE : second - first;
  if (width >= 1440 * MINUTE) {
    const every = Math.max(1, Math.ceil(starts.length / most));
    return starts.flatMap((start, index) =>
      index % every === 0 ? [{ index, text: clockLabel(start, zone).date, strong: false }] : [],
    );
  }
  for (const interval of INTERVALS) {
    const labels = starts.flatMap((start, index) => {
      const { time, date } = clockLabel(start, zone);
      const minutes = minutesOf(time);
      if (minutes % interval !== 0) return [];
      return [{ index, text: minutes === 0 ? date : time, strong: minutes === 0 }];
    });
    if (labels.length <= most) return labels;
  }
  const every = Math.ceil(starts.length / most);
  return starts.flatMap((start, index) =>
    index % every === 0 ? [{ index, text: clockLabel(start, zone).date, strong: false }] : [],
  );
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
