import { z } from 'zod';
import type { BuildView } from '@app/builds';

const runtimeWarning = z.object({
  build_engine_version: z.string().nullable(),
  build_hot_std_version: z.string().nullable(),
  runtime_version: z.string(),
  message: z.string(),
});

export const buildResponse = z
  .object({
    build_id: z.uuid(),
    project_id: z.uuid(),
    project_name: z.string(),
    hash: z.string(),
    size: z.int(),
    build_type: z.enum(['bundle', 'live']),
    deployed: z.boolean(),
    active: z.boolean(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    storage_path: z.string().nullable(),
    storage_backend: z.enum(['local', 's3']).nullable(),
    runtime_status: z.enum(['pending', 'loading', 'ready', 'failed', 'superseded']),
    runtime_error: z.string().nullable(),
    deployment_sequence: z.int(),
    runtime_warning: runtimeWarning.nullable(),
  })
  .meta({ id: 'Build' });
export type BuildResponse = z.infer<typeof buildResponse>;

export const uploadResponse = buildResponse
  .pick({
    build_id: true,
    project_id: true,
    hash: true,
    size: true,
    storage_path: true,
    storage_backend: true,
    created_at: true,
  })
  .meta({ id: 'UploadedBuild' });
export type UploadResponse = z.infer<typeof uploadResponse>;

export function toBuildResponse(build: BuildView): BuildResponse {
  const warning = build.runtimeWarning;
  return {
    build_id: build.buildId,
    project_id: build.projectId,
    project_name: build.projectName,
    hash: build.hash,
    size: build.size,
    build_type: build.buildType,
    deployed: build.deployed,
    active: build.active,
    created_at: build.createdAt.toISOString(),
    updated_at: build.updatedAt.toISOString(),
    storage_path: build.storagePath,
    storage_backend: build.storageBackend,
    runtime_status: build.runtimeStatus,
    runtime_error: build.runtimeError,
    deployment_sequence: build.deploymentSequence,
    runtime_warning:
      warning === null
        ? null
        : {
            build_engine_version: warning.buildEngineVersion,
            build_hot_std_version: warning.buildHotStdVersion,
            runtime_version: warning.runtimeVersion,
            message: warning.message,
          },
  };
}

export function toUploadResponse(build: BuildView): UploadResponse {
  return {
    build_id: build.buildId,
    project_id: build.projectId,
    hash: build.hash,
    size: build.size,
    storage_path: build.storagePath,
    storage_backend: build.storageBackend,
    created_at: build.createdAt.toISOString(),
  };
}
