import { ENGINE_VERSION } from '@app/bundle';
import * as semver from 'semver';
import { CommandError } from '../usage-error';

/** @throws CommandError when `who` needs a newer Hot than this; a version that is none is one too */
export function requireVersion(who: string, version: string): void {
  if (semver.valid(version) === null)
    throw new CommandError(`${who} requires Hot ${version}, which is no version`);
  if (semver.gt(version, ENGINE_VERSION)) {
    throw new CommandError(`${who} requires Hot ${version}: this is ${ENGINE_VERSION}, update it`);
  }
}
