/** Collects the values of a statement that is put together, and hands out their places. */
export class SqlParams {
  readonly values: unknown[] = [];

  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

export const conjunction = (parts: readonly (string | undefined)[]): string => {
  const present = parts.filter((part) => part !== undefined);
  return present.length === 0 ? 'true' : present.join(' AND ');
};
