/** Time zones, from the tables that come with the runtime. */
const SECOND = 1_000;
const HOUR = 3_600_000;
/** Further than clocks are ever apart from UTC: what lies between these bounds of a local time are all its instants. */
const REACH = 26 * HOUR;
const MAX_KEPT = 1_000;

export class Zone {
  private readonly format: Intl.DateTimeFormat | null;

  private constructor(readonly name: string) {
    this.format =
      name === 'UTC' || name === 'GMT'
        ? null
        : new Intl.DateTimeFormat('en-US', {
            timeZone: name,
            hourCycle: 'h23',
            year: 'numeric',
            month: 'numeric',
            day: 'numeric',
            hour: 'numeric',
            minute: 'numeric',
            second: 'numeric',
          });
  }

  private static readonly kept = new Map<string, Zone>();

  /** By IANA name; null when there is none of that name. */
  static named(name: string): Zone | null {
    const known = Zone.kept.get(name);
    if (known !== undefined) return known;
    // The runtime would take offsets such as +01:00 as well, which know nothing of summer.
    if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return null;
    try {
      const zone = new Zone(name);
      if (Zone.kept.size >= MAX_KEPT) Zone.kept.clear();
      Zone.kept.set(name, zone);
      return zone;
    } catch {
      return null;
    }
  }

  /** Milliseconds that clocks are ahead of UTC at that instant. */
  offsetAt(ms: number): number {
    if (this.format === null) return 0;
    const part: Record<string, number> = {};
    for (const { type, value } of this.format.formatToParts(ms)) part[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / SECOND) * SECOND;
  }

  /** The first instant in (fromMs, toMs] from which on clocks show something else; null when they are not changed. */
  changeWithin(fromMs: number, toMs: number): number | null {
    const before = this.offsetAt(fromMs);
    if (this.offsetAt(toMs) === before) return null;
    let low = fromMs;
    let high = toMs;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    return high;
  }

  /** Instants at which clocks show the local time, in order: none in a gap, two where they are set back. */
  instantsOf(localMs: number): readonly number[] {
    const offsets = new Set([this.offsetAt(localMs - REACH), this.offsetAt(localMs + REACH)]);
    return [...offsets]
      .map((offset) => localMs - offset)
      .filter((ms) => ms + this.offsetAt(ms) === localMs)
      .sort((a, b) => a - b);
  }

  /** The first instant at which clocks show the local time, or the end of the gap that swallows it. */
  instantOf(localMs: number): number {
    const [first] = this.instantsOf(localMs);
    if (first !== undefined) return first;
    const before = this.offsetAt(localMs - REACH);
    const after = this.offsetAt(localMs + REACH);
    return this.changeWithin(localMs - after - 1, localMs - before) ?? localMs - before;
  }
}
