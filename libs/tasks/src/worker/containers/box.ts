/** What a program asks for when it starts a container, checked. The library has checked it too: programs are not trusted. */
import { z } from 'zod';
import { CONTAINER_SIZES } from '../../container-sizes';
import { TaskRefusedError } from '../task.errors';
import { isImageAllowed } from './images';

const FN = '::hot::box/start';
const SHORT_NAMES: Readonly<Record<string, string>> = {
  sm: 'small',
  md: 'medium',
  lg: 'large',
  xl: 'xlarge',
  xxl: '2xlarge',
};
const RESERVED = ['/', '/data', '/tmp', '/usr/local/bin', '/hot', '/hot/sockets'];
/** And all that is below them. */
const RESERVED_TREES = ['/proc', '/sys', '/dev'];
const DAY_SECONDS = 86_400;
/** A single argument of a process has at most 128 KiB. */
const MAX_SCRIPT_BYTES = 120 * 1024;
const MAX_ENV_BYTES = 256 * 1024;

const noNul = z.string().refine((text) => !text.includes('\0'), 'must not contain NUL');
const words = z.array(noNul).max(1_000);
const mb = z.int().min(1).max(1_048_576);

const boxSchema = z.object({
  image: z.string({ error: "Missing required 'image' field" }).min(1, "Missing required 'image' field"),
  size: z.string().nullish(),
  cmd: words.nullish(),
  entrypoint: words.nullish(),
  script: noNul.nullish(),
  env: z.record(z.string().regex(/^[^=\0]+$/, 'names of variables must not contain ='), noNul).nullish(),
  timeout: z.int().min(1).max(DAY_SECONDS).nullish(),
  network: z.enum(['none', 'internet']).nullish(),
  'tmp-size': mb.nullish(),
  'disk-size': mb.nullish(),
  memory: mb.nullish(),
  writable: z.boolean().nullish(),
  mounts: z
    .array(z.object({ resource: noNul, dest: noNul, readonly: z.boolean().nullish() }))
    .max(100)
    .nullish(),
});

export interface BoxMount {
  /** Of the build: a file, or a folder. */
  readonly resource: string;
  /** Absolute, in the container. */
  readonly dest: string;
  readonly isReadonly: boolean;
}

export interface Box {
  readonly image: string;
  /** Null: not said. */
  readonly size: string | null;
  readonly command: readonly string[] | null;
  readonly entrypoint: readonly string[] | null;
  readonly script: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSecs: number | null;
  /** Null: not said, that is whatever may be. */
  readonly network: 'none' | 'internet' | null;
  readonly tmpMb: number | null;
  readonly diskMb: number | null;
  readonly memoryMb: number | null;
  readonly isWritable: boolean;
  readonly mounts: readonly BoxMount[];
}

/** Throws TaskRefusedError. @param conf as the library sends it */
export function readBox(conf: unknown, allowedImages: readonly string[]): Box {
  const parsed = boxSchema.safeParse(conf);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
    throw invalid(issue?.path[0] === 'image' ? issue.message : `${FN}: ${where}${issue?.message ?? ''}`);
  }
  const given = parsed.data;
  const { script = null, cmd = null } = given;
  if (script !== null && cmd !== null)
    throw invalid(`${FN}: 'cmd' and 'script' are mutually exclusive — use one or the other`);
  if (!isImageAllowed(given.image, allowedImages)) throw invalid(`Image '${given.image}' is not allowed`);
  const env = given.env ?? {};
  if (Buffer.byteLength(script ?? '') > MAX_SCRIPT_BYTES)
    throw invalid(`${FN}: a script has at most ${MAX_SCRIPT_BYTES} bytes`);
  if (Buffer.byteLength(JSON.stringify([env, cmd, given.entrypoint])) > MAX_ENV_BYTES)
    throw invalid(`${FN}: command and environment have at most ${MAX_ENV_BYTES} bytes together`);
  const isWritable = given.writable ?? true;
  const mounts = (given.mounts ?? []).map(mountOf);
  // Files are put in before its start: there is no place for them then.
  if (!isWritable && mounts.length > 0) throw invalid(`${FN}: mounts need a writable root file system`);
  return {
    image: given.image,
    size: sizeName(given.size ?? null),
    command: cmd,
    entrypoint: given.entrypoint ?? null,
    script,
    env,
    timeoutSecs: given.timeout ?? null,
    network: given.network ?? null,
    tmpMb: given['tmp-size'] ?? null,
    diskMb: given['disk-size'] ?? null,
    memoryMb: given.memory ?? null,
    isWritable,
    mounts,
  };
}

/** Null for what no size is called. */
function sizeName(text: string | null): string | null {
  const lower = text?.toLowerCase() ?? '';
  const name = SHORT_NAMES[lower] ?? lower;
  return CONTAINER_SIZES.some((size) => size.name === name) ? name : null;
}

function mountOf(given: {
  readonly resource: string;
  readonly dest: string;
  readonly readonly?: boolean | null | undefined;
}): BoxMount {
  const { dest } = given;
  if (!dest.startsWith('/')) throw invalid(`${FN}: container mount path "${dest}" must be absolute`);
  const parts = dest.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw invalid(`${FN}: container mount path "${dest}" must not contain ".."`);
  const clean = `/${parts.join('/')}`;
  if (
    RESERVED.includes(clean) ||
    RESERVED_TREES.some((root) => clean === root || clean.startsWith(`${root}/`))
  )
    throw invalid(`${FN}: container mount path "${dest}" clashes with a reserved hot.box mount point`);
  const resource = given.resource.replace(/^hot:\/\/res\//, '');
  if (resource === '' || resource.startsWith('/') || resource.split('/').includes('..'))
    throw invalid(`${FN}: resource path "${given.resource}" must be relative, without ".."`);
  return { dest: clean, resource: resource.replace(/\/+$/, ''), isReadonly: given.readonly ?? true };
}

function invalid(message: string): TaskRefusedError {
  return new TaskRefusedError('invalid', message);
}
