/** Bounds of an archive. A violation means the build can never be deployed. */
export interface BundleLimits {
  readonly maxEntries: number;
  readonly maxEntryBytes: number;
  readonly maxTotalBytes: number;
  /** Uncompressed bytes per compressed byte of one entry. */
  readonly maxRatio: number;
  readonly maxPathBytes: number;
  readonly maxPathDepth: number;
  readonly maxManifestBytes: number;
}

const MIB = 1024 * 1024;

export const BUNDLE_LIMITS: BundleLimits = {
  maxEntries: 10_000,
  maxEntryBytes: 100 * MIB,
  maxTotalBytes: 100 * MIB,
  maxRatio: 1000,
  maxPathBytes: 1024,
  maxPathDepth: 32,
  maxManifestBytes: 8 * MIB,
};
