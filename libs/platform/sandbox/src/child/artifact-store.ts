/** Artifacts that came once and stay while there is room, the least recently used going first. */
import { splitArtifact } from '@app/platform/engine-code';
import ivm from 'isolated-vm';
import type { EngineData } from './code-cache';

export interface LoadedArtifact {
  readonly js: string;
  readonly tables: string;
  /** What the engine has made of the code, where that is known. */
  readonly data: EngineData | null;
}

export class ArtifactStore {
  private readonly artifacts = new Map<
    string,
    { readonly artifact: LoadedArtifact; readonly bytes: number }
  >();
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get(hash: string): LoadedArtifact | undefined {
    const entry = this.artifacts.get(hash);
    if (entry === undefined) return undefined;
    this.artifacts.delete(hash);
    this.artifacts.set(hash, entry);
    return entry.artifact;
  }

  /** Throws when the bytes are no artifact. */
  add(hash: string, bytes: Buffer): void {
    const { json, data } = splitArtifact(bytes);
    const { js, tables } = JSON.parse(json.toString('utf8')) as Readonly<Record<string, unknown>>;
    if (typeof js !== 'string' || typeof tables !== 'string')
      throw new Error('it has no source or no tables');
    this.drop(hash);
    this.artifacts.set(hash, {
      artifact: { js, tables, data: data === null ? null : engineData(data) },
      bytes: bytes.length,
    });
    this.bytes += bytes.length;
    for (const oldest of this.artifacts.keys()) {
      if (this.bytes <= this.maxBytes || oldest === hash) return;
      this.drop(oldest);
    }
  }

  private drop(hash: string): void {
    this.bytes -= this.artifacts.get(hash)?.bytes ?? 0;
    this.artifacts.delete(hash);
  }
}

function engineData(data: Buffer): EngineData {
  return new ivm.ExternalCopy(new Uint8Array(data).buffer);
}
