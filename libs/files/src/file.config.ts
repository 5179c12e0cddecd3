import { defineConfig, integer, variable, type ConfigOf } from '@app/platform/config';
import { storageVariables } from '@app/platform/storage';

const UP_TO = 1_125_899_906_842_624; // 1 PiB

export const fileConfig = defineConfig('file', {
  ...storageVariables('HOT_FILE', 'files'),
  maxBytes: variable('HOT_FILE_MAX_BYTES', integer(-1, -1, UP_TO), 'Largest file; -1 for 50 GiB.'),
  maxOrgBytes: variable(
    'HOT_FILE_STORAGE_BYTES',
    integer(-1, -1, UP_TO),
    'What all files of one organization may take together; -1 for no limit.',
  ),
  maxPendingUploads: variable(
    'HOT_FILE_MULTIPART_MAX_PENDING_UPLOADS',
    integer(16, 0, 100_000),
    'Unfinished uploads in parts per environment.',
  ),
  programMaxBytes: variable(
    'HOT_FILE_PROGRAM_MAX_BYTES',
    integer(16_777_216, 1, 24_117_248),
    'Largest file that a running program reads at once: it gets the whole content.',
  ),
});

export type FileConfig = ConfigOf<typeof fileConfig>;
