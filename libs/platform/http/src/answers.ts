/**
 * What handlers return. Plain data becomes the envelope of a single item; the classes here say anything else. Timestamps
 * in views are strings already: nothing is converted on the way out.
 */
import { newId, type Page } from '@app/kernel';

/** JSON text that goes out exactly as it is: user documents are never parsed and written again. */
export class RawJson {
  constructor(readonly text: string) {}
}

/** A list with its paging. Items are plain data or RawJson. */
export class ListAnswer {
  constructor(readonly page: Page<object>) {}
}

/** JSON without the envelope. */
export class BareAnswer {
  constructor(readonly value: object) {}
}

/** An item with another status or with headers that depend on what happened. */
export class ItemAnswer {
  constructor(
    readonly data: object,
    readonly status: number,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

export function list(page: Page<object>): ListAnswer {
  return new ListAnswer(page);
}

export function bare(value: object): BareAnswer {
  return new BareAnswer(value);
}

/** The JSON text of an answer's body. */
export function itemText(data: object, requestId: string): string {
  return `{"data":${textOf(data)},"meta":${metaText(requestId)}}`;
}

export function listText(page: Page<object>, requestId: string): string {
  const pagination = {
    total: page.total,
    limit: page.limit,
    offset: page.offset,
    has_more: page.offset + page.limit < page.total,
  };
  const data = page.items.map(textOf).join(',');
  return `{"data":[${data}],"pagination":${JSON.stringify(pagination)},"meta":${metaText(requestId)}}`;
}

export function newRequestId(): string {
  return newId();
}

function metaText(requestId: string): string {
  return `{"request_id":"${requestId}","timestamp":"${new Date().toISOString()}"}`;
}

function textOf(data: object): string {
  return data instanceof RawJson ? data.text : JSON.stringify(data);
}
