/**
 * Receives the multipart body of an upload: the archive goes to a temporary file while it is hashed and measured, the
 * other parts are small texts. Parts come in any order; unknown ones are dropped.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { MultipartFile } from '@fastify/multipart';
import { AppError, BadRequestError, parseUuid } from '@app/kernel';
import { ArchiveTooLargeError, type ReceivedArchive } from '@app/builds';
import type { FastifyRequest } from 'fastify';

const LIMITS = {
  fieldSize: 4_096,
  fields: 50,
  parts: 60,
  files: 10,
  fileSize: Number.POSITIVE_INFINITY,
} as const;
const MAX_HASH_LENGTH = 256;

interface ReceivedFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** Throws BadRequestError, ArchiveTooLargeError. What was written to the path stays for the caller to remove. */
export async function readUpload(
  request: FastifyRequest,
  path: string,
  maxBytes: number,
): Promise<ReceivedArchive> {
  const fields = new Map<string, string>();
  let file: ReceivedFile | undefined;
  try {
    for await (const part of request.parts({ limits: LIMITS })) {
      if (part.type === 'field') {
        if (part.valueTruncated) throw new BadRequestError(`${part.fieldname} is too long`);
        fields.set(part.fieldname, String(part.value));
      } else if (part.fieldname !== 'file') {
        part.file.resume();
      } else {
        if (file !== undefined) throw new BadRequestError('file must be sent once');
        file = await receive(part, path, maxBytes);
      }
    }
  } catch (error) {
    // Somebody may still be sending: read on and forget, or the answer would never be read.
    request.raw.unpipe();
    request.raw.resume();
    throw isOurs(error) ? error : new BadRequestError('The multipart body is malformed', { cause: error });
  }
  return archiveOf(path, fields, file);
}

async function receive(part: MultipartFile, path: string, maxBytes: number): Promise<ReceivedFile> {
  const digest = createHash('sha256');
  let bytes = 0;
  await pipeline(
    part.file,
    async function* (source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        bytes += chunk.length;
        if (bytes > maxBytes) throw new ArchiveTooLargeError(maxBytes);
        digest.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(path, { flags: 'wx' }),
  );
  return { bytes, sha256: digest.digest('hex') };
}

function archiveOf(
  path: string,
  fields: ReadonlyMap<string, string>,
  file: ReceivedFile | undefined,
): ReceivedArchive {
  if (file === undefined) throw new BadRequestError('Missing required field: file');
  const hash = fields.get('hash')?.trim() ?? '';
  if (hash === '') throw new BadRequestError('Missing required field: hash');
  if (hash.length > MAX_HASH_LENGTH || !/^[\x21-\x7e]+$/.test(hash))
    throw new BadRequestError('hash is not a hash');
  if (file.bytes === 0) throw new BadRequestError('file is empty');
  const sent = fields.get('build_id') ?? '';
  const buildId = sent === '' ? null : parseUuid(sent);
  if (sent !== '' && buildId === null) throw new BadRequestError('build_id must be a UUID');
  return { path, ...file, hash, buildId };
}

/** Refusals, limits of the parser, and trouble with our own disk; anything else is what the client sent. */
function isOurs(error: unknown): boolean {
  if (error instanceof AppError) return true;
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return (
    typeof code === 'string' &&
    (code.startsWith('FST_') || /^E(?:NOSPC|IO|MFILE|NFILE|ACCES|ROFS|DQUOT)$/.test(code))
  );
}
