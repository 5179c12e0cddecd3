export { compareWithManifest } from './compare';
export { extractDefinitions } from './extract';
export type { Json, JsonObject } from './json';
export { MANIFEST_LIMITS, ManifestError, parseManifest, printManifest } from './manifest';
export type { ManifestDocument, ManifestLimits } from './manifest';
export type * from './model';
export { toManifest } from './to-manifest';
export { extractDocs } from './docs';
export type * from './docs';
