/** For completion: what can be typed of the library. */
import { NATIVE_SIGNATURES } from './library';

/** Core names as they are, and every name in full. */
export function libraryNames(): readonly string[] {
  return NATIVE_SIGNATURES.flatMap(({ name, core }) =>
    core ? [name.slice(name.indexOf('/') + 1), name] : [name],
  );
}
