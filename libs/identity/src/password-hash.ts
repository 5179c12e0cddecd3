import { argon2, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';

/** What is kept of a password, as JSON in the sign-in row. Parameters travel with it so that they can be raised later. */
export type PasswordHash =
  | {
      readonly algorithm: 'argon2id';
      readonly memoryKib: number;
      readonly passes: number;
      readonly parallelism: number;
      readonly salt: string;
      readonly hash: string;
    }
  | {
      readonly algorithm: 'pbkdf2-hmac-sha256';
      readonly iterations: number;
      readonly salt: string;
      readonly hash: string;
    };

// 19 MiB and two passes: about 27 ms on one core, the smallest setting that is recommended for argon2id.
const CURRENT = { memoryKib: 19_456, passes: 2, parallelism: 1 } as const;
const TAG_LENGTH = 32;
// Bounds for stored parameters: a corrupted row must not be able to ask for gigabytes.
const MAX_MEMORY_KIB = 262_144;
const MAX_PASSES = 16;
const MAX_ITERATIONS = 5_000_000;

const argon2Async = promisify(argon2);
const pbkdf2Async = promisify(pbkdf2);

/** Hashes a password with the current parameters. */
export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(16);
  const hash = await deriveArgon2id(password, salt, CURRENT);
  return { algorithm: 'argon2id', ...CURRENT, salt: salt.toString('base64'), hash: hash.toString('base64') };
}

/** Whether the password is the one that was hashed. A row that cannot be read is a wrong password, not an error. */
export async function verifyPassword(password: string, stored: unknown): Promise<boolean> {
  const parsed = parsePasswordHash(stored);
  if (parsed === undefined) return false;
  const expected = Buffer.from(parsed.hash, 'base64');
  if (expected.length < 16) return false;
  const actual = await derive(password, parsed, expected.length);
  return timingSafeEqual(actual, expected);
}

/** Spends the time of a verification: an unknown address must not answer faster than a wrong password. */
export async function verifyNothing(password: string): Promise<false> {
  await deriveArgon2id(password, Buffer.alloc(16), CURRENT);
  return false;
}

/** Whether a hash was made with weaker parameters than today's and should be replaced at the next sign-in. */
export function needsRehash(stored: unknown): boolean {
  const parsed = parsePasswordHash(stored);
  if (parsed === undefined || parsed.algorithm !== 'argon2id') return true;
  return parsed.memoryKib < CURRENT.memoryKib || parsed.passes < CURRENT.passes;
}

function derive(password: string, stored: PasswordHash, length: number): Promise<Buffer> {
  const salt = Buffer.from(stored.salt, 'base64');
  if (stored.algorithm === 'argon2id') return deriveArgon2id(password, salt, stored, length);
  return limited(() => pbkdf2Async(normalise(password), salt, stored.iterations, length, 'sha256'));
}

function deriveArgon2id(
  password: string,
  salt: Buffer,
  parameters: { readonly memoryKib: number; readonly passes: number; readonly parallelism: number },
  length = TAG_LENGTH,
): Promise<Buffer> {
  return limited(() =>
    argon2Async('argon2id', {
      message: normalise(password),
      nonce: salt,
      parallelism: parameters.parallelism,
      memory: parameters.memoryKib,
      passes: parameters.passes,
      tagLength: length,
    }),
  );
}

// The same password typed on two keyboards may arrive in two Unicode forms.
const normalise = (password: string): string => password.normalize('NFKC');

// Hashing runs on libuv's pool beside file and DNS work: a burst of sign-ins must not take all of its threads, nor
// 19 MiB times the number of requests.
const slots = Math.max(1, Math.min(2, availableParallelism() - 1));
let running = 0;
const waiting: (() => void)[] = [];

async function limited<T>(work: () => Promise<T>): Promise<T> {
  if (running >= slots) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}

function parsePasswordHash(value: unknown): PasswordHash | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const row = value as Readonly<Record<string, unknown>>;
  const { algorithm, salt, hash } = row;
  if (typeof salt !== 'string' || typeof hash !== 'string') return undefined;
  if (algorithm === 'argon2id') {
    const memoryKib = boundedInt(row['memoryKib'], MAX_MEMORY_KIB, 256);
    const passes = boundedInt(row['passes'], MAX_PASSES);
    const parallelism = boundedInt(row['parallelism'], 16);
    if (memoryKib === undefined || passes === undefined || parallelism === undefined) return undefined;
    return { algorithm, memoryKib, passes, parallelism, salt, hash };
  }
  if (algorithm === 'pbkdf2-hmac-sha256') {
    const iterations = boundedInt(row['iterations'], MAX_ITERATIONS);
    return iterations === undefined ? undefined : { algorithm, iterations, salt, hash };
  }
  return undefined;
}

function boundedInt(value: unknown, max: number, min = 1): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
    ? value
    : undefined;
}
