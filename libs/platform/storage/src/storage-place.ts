/** Where a lib keeps its files, as its slice of the configuration says: a folder, or a bucket. */
import { choice, ConfigError, flag, optionalText, text, variable } from '@app/platform/config';
import { join } from 'node:path';
import type { BlobStore } from './blob-store';
import { LocalBlobStore } from './local-blob-store';
import { S3BlobStore } from './s3-blob-store';

/** Variables of a slice: `...storageVariables('HOT_FILE', 'files')`. */
export function storageVariables<const N extends string>(name: N, what: string) {
  return {
    storageType: variable(
      `${name}_STORAGE_TYPE`,
      choice(['local', 's3'], 'local'),
      `Where ${what} are kept: \`local\` in a folder that all processes share, \`s3\` in a bucket of Amazon S3 or a compatible server.`,
    ),
    storagePath: variable(
      `${name}_STORAGE_PATH`,
      optionalText(),
      `Folder for ${what}; one of that name below the data folder by default. With \`s3\`, for uploads on their way.`,
    ),
    s3Bucket: variable(`${name}_AWS_S3_BUCKET`, optionalText(), `Bucket for ${what}.`),
    s3Prefix: variable(
      `${name}_AWS_S3_PREFIX`,
      text(`${what}/`),
      'Before the keys in the bucket; `/` for none.',
    ),
    s3Region: variable(`${name}_AWS_S3_REGION`, text('us-east-1'), 'Region of the bucket.'),
    s3Endpoint: variable(
      `${name}_AWS_S3_ENDPOINT`,
      optionalText(),
      'Address of a compatible server, such as `https://minio.example.com`; none for Amazon.',
    ),
    s3PathStyle: variable(
      `${name}_AWS_S3_PATH_STYLE`,
      flag(false),
      'Buckets in the path and not in the host name, as most compatible servers want it.',
    ),
    accessKeyId: variable(
      `${name}_AWS_ACCESS_KEY_ID`,
      optionalText(),
      'Credentials for the bucket; without them those that the machine has (`AWS_…`, a profile, a role).',
    ),
    secretAccessKey: variable(
      `${name}_AWS_SECRET_ACCESS_KEY`,
      optionalText(),
      'The secret that goes with it.',
    ),
  };
}

export interface StorageChoice {
  readonly storageType: 'local' | 's3';
  readonly storagePath: string | undefined;
  readonly s3Bucket: string | undefined;
  readonly s3Prefix: string;
  readonly s3Region: string;
  readonly s3Endpoint: string | undefined;
  readonly s3PathStyle: boolean;
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
}

/**
 * @param name the same as for the variables
 * @param folder below the data folder, when no other is named
 * @throws ConfigError when the choice is only half made
 */
export async function openStore(
  name: string,
  choice: StorageChoice,
  dataDir: string,
  folder: string,
): Promise<BlobStore> {
  const root = choice.storagePath ?? join(dataDir, folder);
  if (choice.storageType === 'local') return new LocalBlobStore(root);
  const { s3Bucket, s3Prefix, s3Endpoint, accessKeyId, secretAccessKey } = choice;
  const problems: string[] = [];
  if (s3Bucket === undefined) problems.push(`${name}_AWS_S3_BUCKET is needed with ${name}_STORAGE_TYPE=s3`);
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined))
    problems.push(`${name}_AWS_ACCESS_KEY_ID and ${name}_AWS_SECRET_ACCESS_KEY go together`);
  if (s3Endpoint !== undefined && !URL.canParse(s3Endpoint))
    problems.push(`${name}_AWS_S3_ENDPOINT is not an address`);
  if (s3Bucket === undefined || problems.length > 0) throw new ConfigError(problems);
  const prefix = s3Prefix.replace(/^\/+/, '');
  return new S3BlobStore(await import('@aws-sdk/client-s3'), {
    bucket: s3Bucket,
    prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`,
    region: choice.s3Region,
    endpoint: s3Endpoint,
    pathStyle: choice.s3PathStyle,
    credentials:
      accessKeyId === undefined || secretAccessKey === undefined
        ? undefined
        : { accessKeyId, secretAccessKey },
    temporary: join(root, '.incoming'),
  });
}
