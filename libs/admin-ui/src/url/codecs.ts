/** How one value lives in the address. `read` gets undefined when it is absent; null says "not a value of mine". */
export interface Codec<T> {
  readonly initial: T;
  read(text: string): T | null;
  /** null: the initial value, which is left out of the address. */
  write(value: T): string | null;
}

export function text(initial = ''): Codec<string> {
  return { initial, read: (raw) => raw, write: (value) => (value === initial ? null : value) };
}

export function choice<const T extends string>(values: readonly T[], initial: T): Codec<T> {
  return {
    initial,
    read: (raw) => values.find((value) => value === raw) ?? null,
    write: (value) => (value === initial ? null : value),
  };
}

/** Comma-separated. With `allowed`, others are not values. */
export function list(allowed?: readonly string[]): Codec<readonly string[]> {
  return {
    initial: [],
    read: (raw) => {
      const parts = raw.split(',').filter((part) => part !== '');
      return allowed !== undefined && parts.some((part) => !allowed.includes(part)) ? null : parts;
    },
    write: (value) => (value.length === 0 ? null : value.join(',')),
  };
}

export function integer(initial: number, allowed?: readonly number[]): Codec<number> {
  return {
    initial,
    read: (raw) => {
      const value = /^\d{1,12}$/.test(raw) ? Number(raw) : Number.NaN;
      return Number.isNaN(value) || (allowed !== undefined && !allowed.includes(value)) ? null : value;
    },
    write: (value) => (value === initial ? null : String(value)),
  };
}

export function flag(): Codec<boolean> {
  return {
    initial: false,
    read: (raw) => (raw === 'on' ? true : raw === 'off' ? false : null),
    write: (value) => (value ? 'on' : null),
  };
}
