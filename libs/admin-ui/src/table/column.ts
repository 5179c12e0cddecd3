/** One column of a list: one source for the table, the phone's cards and the sort menu. */
export interface Column {
  readonly id: string;
  readonly header: string;
  /** Pixels. One column of a table has none: it takes what is left. */
  readonly width?: number;
  readonly align?: 'end';
  /** The server's name for sorting by it. */
  readonly sort?: string;
  /** Line of the card on narrow screens; left out: not on the card. */
  readonly card?: 1 | 2;
  /** Left out of the table when it is narrower than this. */
  readonly from?: number;
  /** Said in the header's tooltip. */
  readonly hint?: string;
}

export interface Sort {
  readonly key: string;
  readonly descending: boolean;
}

export function parseSort(text: string): Sort {
  return text.startsWith('-') ? { key: text.slice(1), descending: true } : { key: text, descending: false };
}

/** The next order when a header is pressed: descending first, because people look for the newest and the slowest. */
export function nextSort(current: string, key: string): string {
  const sort = parseSort(current);
  return sort.key === key && sort.descending ? key : `-${key}`;
}
