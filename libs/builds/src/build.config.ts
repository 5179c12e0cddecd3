import { choice, defineConfig, integer, variable, type ConfigOf } from '@app/platform/config';
import { storageVariables } from '@app/platform/storage';
import { z } from 'zod';

export const buildConfig = defineConfig('build', {
  ...storageVariables('HOT_BUILD', 'builds'),
  maxBytes: variable(
    'HOT_BUILD_FILE_MAX_BYTES',
    integer(104_857_600, 1, 1_073_741_824),
    'Largest archive accepted.',
  ),
  hashCheck: variable(
    'HOT_BUILD_HASH_CHECK',
    choice(['strict', 'off'], 'strict'),
    'Whether the hash that comes with an upload must match the bytes.',
  ),
  uploadConcurrency: variable(
    'HOT_API_BUILD_UPLOAD_CONCURRENCY_LIMIT',
    integer(16, 0, 10_000),
    'Uploads at the same time per process; 0 for no limit.',
  ),
  strictContext: variable(
    'HOT_DEPLOY_STRICT_CTX',
    z
      .string()
      .default('false')
      .transform((word) => ['1', 'true', 'yes', 'on'].includes(word.trim().toLowerCase())),
    'With 1, true, yes or on a deployment is refused while context variables that the code requires are missing.',
  ),
  cachedArtifactBytes: variable(
    'HOT_BUILD_ARTIFACT_CACHE_BYTES',
    integer(67_108_864, 1_048_576, 4_294_967_296),
    'Memory per process for compiled builds.',
  ),
});

export type BuildConfig = ConfigOf<typeof buildConfig>;
