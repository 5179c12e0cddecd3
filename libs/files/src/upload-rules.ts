/** What an upload in parts is made of. Pure: what has arrived is looked at, nothing is done. */
import { createHash } from 'node:crypto';
import { BadRequestError } from '@app/kernel';
import { PartTooLargeError, PartTooSmallError, UploadIncompleteError } from './file.errors';

const MIB = 1024 ** 2;
export const MAX_PARTS = 10_000;
export const MAX_PART_BYTES = 256 * MIB;
const MIN_PART_BYTES = 5 * MIB;
const LEAST_PART_SIZE = 64 * MIB;

export interface PartPlan {
  readonly partSize: number;
  /** Null while nobody knows the size. */
  readonly partsExpected: number | null;
}

interface PlannedUpload extends PartPlan {
  readonly expectedSize: number | null;
}

export function planParts(expectedSize: number | null): PartPlan {
  if (expectedSize === null) return { partSize: LEAST_PART_SIZE, partsExpected: null };
  const partSize = Math.max(LEAST_PART_SIZE, Math.ceil(expectedSize / MAX_PARTS));
  return { partSize, partsExpected: Math.ceil(expectedSize / partSize) };
}

/** The most that this part may have. Without a known end every part may be the last. Throws BadRequestError. */
export function maxPartBytes({ partSize, partsExpected }: PartPlan, partNumber: number): number {
  if (partsExpected !== null && partNumber > partsExpected) {
    throw new BadRequestError(`part_number must be at most ${partsExpected}: the upload has so many parts`);
  }
  const mayBeLast = partsExpected === null || partNumber === partsExpected;
  return mayBeLast ? MAX_PART_BYTES : Math.min(partSize, MAX_PART_BYTES);
}

/** Throws PartTooLargeError, PartTooSmallError. The last part may be small; whether it is the last may show later. */
export function checkPart(plan: PartPlan, partNumber: number, size: number): void {
  const most = maxPartBytes(plan, partNumber);
  if (size > most) throw new PartTooLargeError(most);
  if (plan.partsExpected !== null && partNumber < plan.partsExpected) requireLarge(partNumber, size);
}

/** Size and etag of the whole. Throws UploadIncompleteError, PartTooSmallError. */
export function assemble(
  { expectedSize }: PlannedUpload,
  parts: readonly { readonly partNumber: number; readonly size: number; readonly etag: string }[],
): { readonly size: number; readonly etag: string } {
  if (parts.length === 0) throw new UploadIncompleteError('No part has been uploaded');
  const digest = createHash('md5');
  let size = 0;
  parts.forEach((part, index) => {
    if (part.partNumber !== index + 1) throw new UploadIncompleteError(`Part ${index + 1} is missing`);
    if (index + 1 < parts.length) requireLarge(part.partNumber, part.size);
    digest.update(part.etag, 'hex');
    size += part.size;
  });
  if (expectedSize !== null && size !== expectedSize) {
    throw new UploadIncompleteError(`The parts have ${size} bytes together, ${expectedSize} are expected`);
  }
  return { size, etag: `${digest.digest('hex')}-${parts.length}` };
}

function requireLarge(partNumber: number, size: number): void {
  if (size < MIN_PART_BYTES) throw new PartTooSmallError(partNumber, MIN_PART_BYTES);
}
