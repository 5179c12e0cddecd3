import * as semver from 'semver';

/** What this platform reports as its engine, so that tools made for the 2.6 line accept it. */
export const ENGINE_VERSION = '2.6.0';
export const HOT_STD_VERSION = '2.6.0';

export type VersionVerdict =
  { readonly verdict: 'accept' } | { readonly verdict: 'warn' | 'refuse'; readonly message: string };

/** Whether a bundle made with one version may run on this platform. A missing or odd version is accepted. */
export function checkVersion(label: string, bundle: string | undefined, platform: string): VersionVerdict {
  const made = bundle === undefined ? null : semver.parse(bundle);
  const own = semver.parse(platform);
  if (made === null || own === null) return { verdict: 'accept' };
  if (made.major !== own.major) {
    return {
      verdict: 'refuse',
      message: `The bundle was made for ${label} ${made.version}, this platform runs ${own.version}: rebuild it with a ${own.major}.x tool`,
    };
  }
  if (semver.gt(made, own)) {
    return {
      verdict: 'refuse',
      message: `The bundle needs ${label} ${made.version}, this platform runs ${own.version}: update the platform or rebuild with an older tool`,
    };
  }
  if (made.minor < own.minor) {
    return {
      verdict: 'warn',
      message: `The bundle was made for ${label} ${made.version}; this platform runs ${own.version}`,
    };
  }
  return { verdict: 'accept' };
}
