/** Calls to the embedder. */
import type { HostCallError } from '../../embed';
import { stopHalt } from '../../runtime/halt';
import { HotMap } from '../../runtime/hot-map';
import { readJson } from '../../runtime/json-read';
import { writeJson } from '../../runtime/json-write';
import { err, Res, type Fiber, type Value } from '../../runtime/values';
import { base64Decode, base64Of, bytesOf } from '../data/bytes-of';

/** What a refusal becomes instead of an Err with the function's name and the embedder's message. */
export type Refusals = Readonly<Partial<Record<HostCallError['code'], (message: string) => Value>>>;

/** Asks the embedder and waits. A refusal becomes an Err that names the function; a stopped run halts. */
export function hostCall(
  fb: Fiber,
  site: number,
  fn: string,
  name: string,
  args: Value,
  refusals: Refusals = {},
  nothing: Value = null,
): Promise<Value> {
  return hostCallJson(fb, site, fn, name, writeJson(args, true), refusals, nothing);
}

/** The same with arguments that are JSON already. An empty answer says that there is nothing, not even null. */
export async function hostCallJson(
  fb: Fiber,
  site: number,
  fn: string,
  name: string,
  argsJson: string,
  refusals: Refusals = {},
  nothing: Value = null,
): Promise<Value> {
  const { r } = fb;
  try {
    const answer = r.host.call(name, argsJson);
    r.pause();
    const text = await answer;
    r.check();
    fb.r.spend(fb, 4 + (text.length >> 6));
    return text === '' ? nothing : readJson(text, r.program.typeNamed);
  } catch (e) {
    r.check();
    // The embedder rejects with a code and a message; anything else is ours and passes.
    const refusal = e as Partial<HostCallError> | null;
    if (typeof refusal?.code !== 'string' || typeof refusal.message !== 'string') throw e;
    if (refusal.code === 'cancelled') throw stopHalt(site, r.stopCause() ?? 'cancelled');
    const own = refusals[refusal.code];
    return own ? own(refusal.message) : err(`${fn}: ${refusal.message}`);
  }
}

/** Bytes as arguments of calls: base64, which is a third of the size of a list of numbers. */
export const bytesJson = (bytes: Uint8Array | null): string =>
  bytes === null ? 'null' : `{"$type":"::hot::type/Bytes","$val":"${base64Of(bytes)}"}`;

/** Bytes in an answer, in either form; null when there are none. */
export function answeredBytes(v: Value): Uint8Array | null {
  if (v instanceof HotMap && v.getStr('$type') === '::hot::type/Bytes') {
    const text = v.getStr('$val');
    const bytes = typeof text === 'string' ? base64Decode(text) : '';
    return typeof bytes === 'string' ? null : bytes;
  }
  return bytesOf(v);
}

export const isErr = (v: Value): v is Res => v instanceof Res && !v.ok;

/** A map of what is given; what is undefined is left out. */
export const record = (entries: Readonly<Record<string, Value | undefined>>): HotMap =>
  HotMap.of(
    Object.entries(entries).flatMap(([k, v]): (readonly [string, Value])[] =>
      v === undefined ? [] : [[k, v]],
    ),
  );

/** A part of what is known of the run; null when there is none. */
export function runPart(fb: Fiber, key: string): HotMap | null {
  const v = fb.r.info?.getStr(key) ?? null;
  return v instanceof HotMap ? v : null;
}
