import { parseUuid } from '@app/kernel';

/** What somebody typed into a search box. */
export type SearchTerm =
  | { readonly kind: 'id'; readonly id: string }
  /** Ids are shown shortened, by their beginning or by their last 12 digits: both lead back. */
  | {
      readonly kind: 'partial-id';
      readonly from: string;
      readonly to: string;
      readonly suffix: string | null;
      readonly text: string;
    }
  | { readonly kind: 'text'; readonly text: string };

const HEX_PART = /^[0-9a-f]{8}[0-9a-f]{0,24}$/;

/** Reads a search box: a full id with or without hyphens, a part of one, else text. undefined when nothing was typed. */
export function parseSearch(input: string | undefined): SearchTerm | undefined {
  const text = (input ?? '').trim();
  if (text === '') return undefined;
  const id = parseUuid(text);
  if (id !== null) return { kind: 'id', id };
  const hex = text.toLowerCase().replaceAll('-', '');
  // Beginning of an id, at least as much as the short form shows. Shorter words like "decade" stay text.
  if (HEX_PART.test(hex)) {
    return {
      kind: 'partial-id',
      from: toUuid(hex.padEnd(32, '0')),
      to: toUuid(hex.padEnd(32, 'f')),
      suffix: hex.length === 12 ? hex : null,
      text,
    };
  }
  return { kind: 'text', text };
}

/** Escapes what LIKE would treat as a pattern. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

function toUuid(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
