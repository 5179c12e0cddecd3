/** An archive that can't be used. The message names the rule and the entry; it is safe to show. */
export class BundleError extends Error {
  constructor(
    readonly rule: BundleRule,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'BundleError';
  }
}

export type BundleRule =
  | 'not-a-zip'
  | 'unsupported'
  | 'limit'
  | 'path'
  | 'duplicate'
  | 'entry-kind'
  | 'corrupt'
  | 'manifest'
  | 'hash'
  | 'version'
  | 'secret';
