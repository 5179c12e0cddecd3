/**
 * What V8 has made of a text, for the next isolate that runs the same one: reading code is most of the time that
 * loading takes (10,000 lines of a program: 40 to 75 ms, and 3 ms from here). Made in this process, where engine and
 * flags are the same, or brought along by an artifact (`@app/platform/engine-code`); never taken from where programs run, because
 * V8 trusts it.
 */
import type ivm from 'isolated-vm';

export type EngineData = ivm.ExternalCopy<ArrayBuffer>;

/** Stands for one text, and may bring along what the engine made of it. */
export type CodeOwner = object & { readonly data?: EngineData | null };

export class CodeCache {
  /** By owner, with which it goes away; null: what the owner brought was refused. */
  private readonly known = new WeakMap<CodeOwner, EngineData | null>();

  async compile(isolate: ivm.Isolate, owner: CodeOwner, text: string, filename: string): Promise<ivm.Script> {
    const known = this.known.get(owner);
    const cachedData = known === undefined ? (owner.data ?? undefined) : (known ?? undefined);
    const options = cachedData === undefined ? { produceCachedData: true } : { cachedData };
    // The result of either kind of call has the fields of the other as well.
    const script: ivm.Script & { cachedData?: EngineData; cachedDataRejected?: boolean } =
      await isolate.compileScript(text, { filename, ...options });
    const isRefused = script.cachedDataRejected === true;
    this.known.set(owner, isRefused ? null : (cachedData ?? script.cachedData ?? null));
    return script;
  }
}
