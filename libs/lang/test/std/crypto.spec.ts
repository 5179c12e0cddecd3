/** Hashes, codes, signatures and encodings against Node's. */
import {
  createHash,
  createHmac,
  generateKeyPairSync,
  pbkdf2Sync,
  sign as nodeSign,
  verify as nodeVerify,
} from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { compileProject, loadProgram, runProgram, type RunHost } from '../../src';
import { base64Decode, base64Of, hexDecode, hexOf } from '../../src/std/data/bytes-of';
import { verifyEd25519 } from '../../src/std/data/ed25519';
import { readPem, sign, verify } from '../../src/std/data/rsa';

const bytes = fc.uint8Array({ maxLength: 300 });
const hex = (b: Uint8Array): string => Buffer.from(b).toString('hex');

describe('signatures', () => {
  const ed = generateKeyPairSync('ed25519');
  const edKey = ed.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const jwk = rsa.publicKey.export({ format: 'jwk' });
  const n = Buffer.from(jwk.n ?? '', 'base64url');
  const e = Buffer.from(jwk.e ?? '', 'base64url');

  it('of Ed25519 are right as made and wrong with any bit turned', () => {
    fc.assert(
      fc.property(bytes, fc.nat(511), (message, bit) => {
        const signature = nodeSign(null, message, ed.privateKey);
        expect(verifyEd25519(edKey, message, signature)).toBe(true);
        const broken = Uint8Array.from(signature, (b, i) => (i === bit >> 3 ? b ^ (1 << (bit & 7)) : b));
        expect(verifyEd25519(edKey, message, broken)).toBe(false);
      }),
      { numRuns: 10 },
    );
  });

  it.each(['pkcs8', 'pkcs1'] as const)('of RSA are the same as those of Node, with keys as %s', (type) => {
    const pem = rsa.privateKey.export({ format: 'pem', type }).toString();
    fc.assert(
      fc.property(bytes, (message) => {
        const made = sign(readPem(pem.replaceAll('\n', '\\n')), message);
        expect(hex(made)).toBe(hex(nodeSign('sha256', message, rsa.privateKey)));
        expect(nodeVerify('sha256', message, rsa.publicKey, made)).toBe(true);
        expect(verify(n, e, message, made)).toBe(true);
        expect(verify(n, e, Uint8Array.of(...message, 1), made)).toBe(false);
        expect(verify(n.subarray(1), e, message, made)).toBe(false);
      }),
      { numRuns: 5 },
    );
  });

  it('need a key of RSA', () => {
    const other = ed.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    expect(() => readPem(other)).toThrow('not an RSA key');
    expect(() => readPem('-----BEGIN EC PRIVATE KEY-----\nAA==\n-----END EC PRIVATE KEY-----')).toThrow(
      "unsupported PEM label 'EC PRIVATE KEY' (expected PRIVATE KEY or RSA PRIVATE KEY)",
    );
    expect(() => readPem('x')).toThrow('not a PEM text');
  });
});

describe('encodings', () => {
  it('give what Node gives, and read it back', () => {
    fc.assert(
      fc.property(bytes, (b) => {
        const buffer = Buffer.from(b);
        expect(hexOf(b)).toBe(buffer.toString('hex'));
        expect(base64Of(b)).toBe(buffer.toString('base64'));
        expect(base64Of(b, true)).toBe(buffer.toString('base64url'));
        expect(hexDecode(hexOf(b).toUpperCase())).toEqual(b);
        expect(base64Decode(base64Of(b))).toEqual(b);
        expect(base64Decode(base64Of(b, true), true)).toEqual(b);
      }),
    );
  });
});

describe('the functions of programs', () => {
  const text = `::t ns
all fn (key: Bytes, data: Bytes) {
  [sha256(data), ::hot::hash/sha384(data), ::hot::hash/sha512(data), ::hot::hash/sha1(data), ::hot::hash/md5(data),
   hmac-sha256(key, data), ::hot::hmac/hmac-sha512(key, data), ::hot::hmac/hmac-sha1(key, data), ::hot::bytes/crc32(data)]
}
derived fn (key: Bytes, data: Bytes) { ::hot::hex/encode(::hot::crypto/pbkdf2-hmac-sha256(key, data, 7, 50)) }`;
  const { artifact } = compileProject([{ name: 't.hot', text, origin: 'project' }]);
  if (artifact === null) throw new Error('does not compile');
  const program = loadProgram(artifact);
  const host: RunHost = {
    call: () => Promise.reject(new Error('no host')),
    post: () => undefined,
    nowUs: () => 0,
    epochMs: () => 0,
    randomBytes: (length) => new Uint8Array(length),
  };
  const wire = (b: Uint8Array): unknown => ({ $type: '::hot::type/Bytes', $val: [...b] });
  const run = async (fn: string, args: unknown): Promise<unknown> => {
    const outcome = await runProgram(program, { fn, argsJson: JSON.stringify(args) }, host);
    return JSON.parse(outcome.resultJson) as unknown;
  };

  it('hash as Node does', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, bytes, async (key, data) => {
        const plain = ['sha256', 'sha384', 'sha512', 'sha1', 'md5'].map((name) =>
          createHash(name).update(data).digest('hex'),
        );
        const keyed = ['sha256', 'sha512', 'sha1'].map((name) =>
          createHmac(name, key).update(data).digest('hex'),
        );
        expect(await run('::t/all', [wire(key), wire(data)])).toEqual([...plain, ...keyed, crc32(data)]);
      }),
      { numRuns: 30 },
    );
  });

  it('derive keys as Node does', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, bytes, async (key, salt) => {
        const wanted = pbkdf2Sync(key, salt, 7, 50, 'sha256').toString('hex');
        expect(await run('::t/derived', [wire(key), wire(salt)])).toBe(wanted);
      }),
      { numRuns: 20 },
    );
  });
});
