/** The library as one table. */
import type { NativeSignature } from '../syntax/native-signature';
import { ACCESS } from './coll-access';
import { BUILD } from './coll-build';
import { GROUP } from './coll-group';
import { ORDER } from './coll-order';
import { TRANSFORM } from './coll-transform';
import { WALK } from './coll-walk';
import { BYTES } from './data/bytes';
import { CRYPTO } from './data/crypto';
import { ENCODINGS } from './data/encodings';
import { HASH } from './data/hash';
import { EXEC } from './exec';
import { HOST } from './host';
import { ALERT } from './hosted/alert';
import { BOX } from './hosted/box';
import { FILE } from './hosted/file';
import { HTTP } from './hosted/http';
import { HTTP_STREAM } from './hosted/http-stream';
import { RESOURCE } from './hosted/resource';
import { STORE } from './hosted/store';
import { TASK } from './hosted/task';
import { SQLITE } from './hosted/sqlite';
import { TCP } from './hosted/tcp';
import { WS } from './hosted/ws';
import { INTERNAL } from './internal';
import { IO_NATIVES } from './io';
import { ITER } from './iter';
import { JSON_NATIVES } from './json';
import { LANG } from './lang';
import { MATH } from './math';
import type { NativeDef } from '../runtime/native-def';
import { PMAP } from './pmap';
import { REGEX } from './regex/index';
import { RESULTS } from './results';
import { SCHEDULE } from './schedule';
import { streaming } from './streaming';
import { STR } from './str';
import { TEST } from './test';
import { MD } from './text/md';
import { MIME } from './text/mime';
import { TERM } from './text/term';
import { XML } from './text/xml';
import { TIME } from './time/index';
import { TYPE } from './type';
import { URI } from './uri/index';
import { UUID } from './uuid';

const ALL: readonly NativeDef[] = [
  ...TYPE,
  ...RESULTS,
  ...MATH,
  ...TRANSFORM,
  ...GROUP,
  PMAP,
  ...ACCESS,
  ...BUILD,
  ...ORDER,
  ...WALK,
  ...STR,
  ...JSON_NATIVES,
  ...IO_NATIVES,
  ...EXEC,
  ...TEST,
  ...LANG,
  ...SCHEDULE,
  ...ITER,
  ...UUID,
  ...TIME,
  ...REGEX,
  ...HASH,
  ...XML,
  ...MD,
  ...MIME,
  ...TERM,
  ...URI,
  ...ENCODINGS,
  ...BYTES,
  ...CRYPTO,
  ...HOST,
  ...HTTP,
  ...HTTP_STREAM,
  ...STORE,
  ...FILE,
  ...TASK,
  ...ALERT,
  ...RESOURCE,
  ...BOX,
  ...WS,
  ...TCP,
  ...SQLITE,
  ...INTERNAL,
];

export const LIBRARY: ReadonlyMap<string, NativeDef> = new Map(
  ALL.map((def) => [def.signature.name, streaming(def)]),
);

/** What analysis needs to know of the library. */
export const NATIVE_SIGNATURES: readonly NativeSignature[] = ALL.map((def) => def.signature);
