import { BUNDLE_LIMITS, type BundleLimits } from './limits';
import { ZipReader } from './zip-reader';

/**
 * One file of those below `resources/`; null when the archive has none of that name. Its checksum is verified, not the hash
 * of the manifest: opening the bundle has done that.
 * @param name without `resources/`
 * @throws BundleError
 */
export async function readResource(
  path: string,
  name: string,
  limits: BundleLimits = BUNDLE_LIMITS,
): Promise<Buffer | null> {
  const zip = await ZipReader.open(path, limits);
  try {
    const entry = zip.entries.find((each) => each.path === `resources/${name}` && !each.isDirectory);
    return entry === undefined ? null : await zip.read(entry);
  } finally {
    await zip.close();
  }
}
