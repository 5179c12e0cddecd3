import { MAX_PARTS, type FileView, type Upload, type UploadPart } from '@app/files';
import { pagedQuery } from '@app/platform/http';
import { z } from 'zod';

const NUL = '\0';

export const filesQuery = pagedQuery({
  prefix: z
    .string()
    .refine((text) => !text.includes(NUL), 'must not contain NUL')
    .meta({ description: 'First characters of the path, taken literally.' })
    .optional(),
});
export type FilesQuery = z.infer<typeof filesQuery>;

export const fileResponse = z
  .object({
    file_id: z.uuid(),
    path: z.string(),
    size: z.int(),
    etag: z.string().nullable(),
    content_type: z.string().nullable(),
    storage_backend: z.string(),
    created_by_run_id: z.uuid().nullable(),
    updated_by_run_id: z.uuid().nullable(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'File' });
export type FileResponse = z.infer<typeof fileResponse>;

export function toFileResponse(file: FileView): FileResponse {
  return {
    file_id: file.fileId,
    path: file.path,
    size: file.size,
    etag: file.etag,
    content_type: file.contentType,
    storage_backend: file.storageBackend,
    created_by_run_id: file.createdByRunId,
    updated_by_run_id: file.updatedByRunId,
    created_at: file.createdAt.toISOString(),
    updated_at: file.updatedAt.toISOString(),
  };
}

export const uploadInput = z
  .object({
    path: z.string().meta({ minLength: 1, maxLength: 1024 }),
    expected_size: z.int().positive().meta({ description: 'Bytes of the whole file.' }).nullish(),
    content_type: z
      .string()
      // It is sent back as a header.
      .regex(/^[\x20-\x7e]{1,255}$/, 'must have 1 to 255 printable ASCII characters')
      .meta({ description: 'Taken for paths without an extension.' })
      .nullish(),
  })
  .meta({ id: 'FileUploadInput' });
export type UploadInput = z.infer<typeof uploadInput>;

export const uploadResponse = z
  .object({
    upload_id: z.uuid(),
    path: z.string(),
    part_size: z.int(),
    parts_expected: z.int().nullable(),
    expires_at: z.iso.datetime(),
  })
  .meta({ id: 'FileUpload' });
export type UploadResponse = z.infer<typeof uploadResponse>;

export function toUploadResponse(upload: Upload): UploadResponse {
  return {
    upload_id: upload.uploadId,
    path: upload.path,
    part_size: upload.partSize,
    parts_expected: upload.partsExpected,
    expires_at: upload.expiresAt.toISOString(),
  };
}

export const partNumber = z
  .string()
  .transform((text, context) => {
    const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    if (number >= 1 && number <= MAX_PARTS) return number;
    context.addIssue(`must be a whole number from 1 to ${MAX_PARTS}`);
    return z.NEVER;
  })
  .meta({ type: 'integer', minimum: 1, maximum: MAX_PARTS });

export const partResponse = z
  .object({ part_number: z.int(), size: z.int(), etag: z.string() })
  .meta({ id: 'FileUploadPart' });
export type PartResponse = z.infer<typeof partResponse>;

export function toPartResponse({ partNumber: number, size, etag }: UploadPart): PartResponse {
  return { part_number: number, size, etag };
}
