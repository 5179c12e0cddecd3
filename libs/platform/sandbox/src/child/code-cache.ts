/**
 * What V8 has made of a text, for the next isolate that runs the same one: reading code is most of the time that
 * loading takes (10,000 lines of a program: 75 ms, and 3 ms from here). Made and read in this process only, where
 * engine and flags are the same; it is never taken from outside, because V8 trusts it.
 */
import type ivm from 'isolated-vm';

type Data = ivm.ExternalCopy<ArrayBuffer>;

export class CodeCache {
  /** By owner, with which it goes away. */
  private readonly known = new WeakMap<object, Data>();

  /** @param owner the one object that stands for this text */
  async compile(isolate: ivm.Isolate, owner: object, text: string, filename: string): Promise<ivm.Script> {
    const cachedData = this.known.get(owner);
    const options = cachedData === undefined ? { produceCachedData: true } : { cachedData };
    // The result of either kind of call has the fields of the other as well.
    const script: ivm.Script & { cachedData?: Data } = await isolate.compileScript(text, {
      filename,
      ...options,
    });
    if (cachedData === undefined && script.cachedData !== undefined) this.known.set(owner, script.cachedData);
    return script;
  }
}
