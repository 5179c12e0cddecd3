export { BundleError, type BundleRule } from './bundle-error';
export { createBundle, type BundleFile, type BundleInput, type CreatedBundle } from './create-bundle';
export { bundleHash, contentSha256, fileHash, type HashedFile } from './hashes';
export { BUNDLE_LIMITS, type BundleLimits } from './limits';
export { type Manifest } from './manifest-model';
export {
  openBundle,
  readManifest,
  type ManifestParser,
  type OpenedBundle,
  type SourceText,
} from './open-bundle';
export { readResource } from './read-resource';
export { scanForSecrets, type SecretHit } from './secret-scan';
export { ENGINE_VERSION, HOT_STD_VERSION, checkVersion, type VersionVerdict } from './version-gate';
export { ZipReader, type ZipEntry } from './zip-reader';
