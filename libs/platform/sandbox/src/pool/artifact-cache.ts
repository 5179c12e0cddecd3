/** Artifact bytes on their way to children: read once, also when many runs ask at the same time. */
export class ArtifactCache {
  private readonly kept = new Map<string, Buffer>();
  private readonly loading = new Map<string, Promise<Buffer>>();
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get(hash: string, load: () => Promise<Buffer>): Buffer | Promise<Buffer> {
    const kept = this.kept.get(hash);
    if (kept !== undefined) {
      this.kept.delete(hash);
      this.kept.set(hash, kept);
      return kept;
    }
    const known = this.loading.get(hash);
    if (known !== undefined) return known;
    const loading = this.load(hash, load);
    this.loading.set(hash, loading);
    return loading;
  }

  private async load(hash: string, load: () => Promise<Buffer>): Promise<Buffer> {
    try {
      const artifact = await load();
      this.kept.set(hash, artifact);
      this.bytes += artifact.length;
      for (const [oldest, { length }] of this.kept) {
        if (this.bytes <= this.maxBytes || oldest === hash) break;
        this.kept.delete(oldest);
        this.bytes -= length;
      }
      return artifact;
    } finally {
      this.loading.delete(hash);
    }
  }
}
