/**
 * A request as programs get it: `::hot::http/HttpRequest`. The text is built with what is secret of it taken out, so that
 * it can be stored and shown; the originals and their places go into the sealed part of the event.
 */
import { isUtf8 } from 'node:buffer';
import { scanJson } from '@app/events';
import { restoreLeaves, SECRET_SHOWN, type HiddenLeaf } from '@app/runs';

/** Headers whose values are nobody's business but the program's. */
const SECRET_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'set-cookie',
]);
const REDACTED = '[redacted]';

export interface RequestFacts {
  readonly method: string;
  /** The address without what is secret of it. */
  readonly url: string;
  /** As it was asked for, with its secret part; null when that can't be told. */
  readonly originalUrl: { readonly text: string; readonly secret: string } | null;
  /** Name, value, name, value … as they came. */
  readonly rawHeaders: readonly string[];
  readonly secretHeaders: readonly string[];
  /** Without the question mark. */
  readonly query: string;
  /** Null: no body is handed on. */
  readonly body: Buffer | null;
  readonly ip: string | null;
  /** JSON text of who asks; null for anybody. */
  readonly auth: string | null;
  /** Members in JSON text that come behind the others, by their names. */
  readonly more?: Readonly<Record<string, string>>;
}

export interface RequestValue {
  /** JSON text. */
  readonly shown: string;
  readonly leaves: readonly HiddenLeaf[];
  /** JSON texts. */
  readonly secrets: readonly string[];
}

/** Everything of the value in its place again. */
export function wholeRequest({ shown, leaves }: RequestValue): string {
  const whole = restoreLeaves(shown, leaves);
  if (whole === null) throw new Error('The leaves of a request are not where they were put');
  return whole;
}

/** JSON text with parts that are kept apart. */
class SealedText {
  text = '';
  readonly leaves: HiddenLeaf[] = [];
  readonly secrets: string[] = [];

  add(json: string): void {
    this.text += json;
  }

  /** @param shown JSON text that stands in its place */
  hide(json: string, shown: string = SECRET_SHOWN): void {
    this.leaves.push(shown === SECRET_SHOWN ? [this.text.length, json] : [this.text.length, json, shown]);
    this.text += shown;
  }
}

export function requestValue(facts: RequestFacts): RequestValue {
  const out = new SealedText();
  out.add(
    `{"$type":"::hot::http/HttpRequest","$val":{"method":${JSON.stringify(facts.method)},` +
      `"url":${JSON.stringify(facts.url)},"original-url":`,
  );
  addOriginalUrl(out, facts.originalUrl);
  out.add(',"headers":');
  addHeaders(out, facts);
  out.add(
    `,"query":${queryJson(facts.query)},${bodyMembers(facts.body)},"ip":${JSON.stringify(facts.ip)},"auth":`,
  );
  if (facts.auth === null) out.add('null');
  else out.hide(facts.auth);
  for (const [name, json] of Object.entries(facts.more ?? {})) out.add(`,${JSON.stringify(name)}:${json}`);
  out.add('}}');
  return { shown: out.text, leaves: out.leaves, secrets: out.secrets };
}

function addOriginalUrl(out: SealedText, url: RequestFacts['originalUrl']): void {
  if (url === null) return out.add('null');
  out.hide(JSON.stringify(url.text), JSON.stringify(url.text.replaceAll(url.secret, REDACTED)));
  out.secrets.push(JSON.stringify(url.secret));
}

function addHeaders(out: SealedText, { rawHeaders, secretHeaders }: RequestFacts): void {
  const values = new Map<string, string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const value = rawHeaders[at + 1] ?? '';
    const before = values.get(name);
    // Cookies are one list with its own separator, however many lines it came in.
    values.set(name, before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`);
  }
  out.add('{');
  let first = true;
  for (const [name, value] of values) {
    out.add(`${first ? '' : ','}${JSON.stringify(name)}:`);
    first = false;
    const json = JSON.stringify(value);
    if (!SECRET_HEADERS.has(name) && !secretHeaders.includes(name)) {
      out.add(json);
      continue;
    }
    out.hide(json);
    out.secrets.push(json);
  }
  out.add('}');
}

function queryJson(query: string): string {
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) values.set(name, value);
  return `{${[...values].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
}

function bodyMembers(body: Buffer | null): string {
  if (body === null) return '"body":null,"body-raw":null,"body-bytes":null';
  if (body.length === 0) return '"body":null,"body-raw":""';
  const text = body.toString('utf8');
  const raw = JSON.stringify(text);
  if (!isUtf8(body)) {
    return `"body":${raw},"body-raw":${raw},"body-bytes":{"$type":"::hot::type/Bytes","$val":[${body.join(',')}]}`;
  }
  // To the letter: parsing and writing it again would round long numbers.
  return `"body":${scanJson(text).ok ? text : raw},"body-raw":${raw}`;
}
