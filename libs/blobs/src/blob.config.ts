import { choice, defineConfig, integer, text, variable, type ConfigOf } from '@app/platform/config';

const MIB = 1024 * 1024;

export const blobConfig = defineConfig('blob', {
  mode: variable(
    'HOT_BLOB_MODE',
    choice(['service', 'off'], 'service'),
    'Whether large texts and bytes in events, results and arguments are kept as files, beside their rows; `off` leaves new ones in the rows.',
  ),
  thresholdBytes: variable(
    'HOT_BLOB_SPILL_THRESHOLD_BYTES',
    integer(0, 0, 16 * MIB),
    'From how many bytes on a text or a byte string is large, at least 1024; 0 for 65536, and 16384 in development mode.',
  ),
  previewBytes: variable(
    'HOT_BLOB_PREVIEW_MAX_BYTES',
    integer(256, 0, 256),
    'How much of a large text stays in its row, to be looked at.',
  ),
  prefix: variable(
    'HOT_BLOB_STORAGE_PREFIX',
    text('__hot/blobs'),
    'Where large values lie in the storage of files.',
  ),
  maxRefs: variable(
    'HOT_BLOB_REHYDRATE_MAX_REFS',
    integer(1_000, 1, 1_000),
    'Large values at most that are kept apart of one event or result, and that are put back in one answer.',
  ),
  maxTotalBytes: variable(
    'HOT_BLOB_REHYDRATE_MAX_TOTAL_BYTES',
    integer(512 * MIB, MIB, 512 * MIB),
    'Bytes of large values at most that are put back in one answer; what is beyond stays a reference.',
  ),
});

export type BlobConfig = ConfigOf<typeof blobConfig>;
