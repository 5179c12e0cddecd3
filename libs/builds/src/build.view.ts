import { checkVersion, ENGINE_VERSION, HOT_STD_VERSION } from '@app/bundle';
import { BUILD_TYPE_IDS, BuildEntity, type BuildType, type RuntimeStatus } from './build.entity';

export interface RuntimeWarning {
  readonly buildEngineVersion: string | null;
  readonly buildHotStdVersion: string | null;
  readonly runtimeVersion: string;
  readonly message: string;
}

export interface BuildView {
  readonly buildId: string;
  readonly projectId: string;
  readonly projectName: string;
  readonly hash: string;
  readonly size: number;
  readonly buildType: BuildType;
  readonly deployed: boolean;
  readonly active: boolean;
  readonly storagePath: string | null;
  readonly storageBackend: 'local' | 's3' | null;
  readonly runtimeStatus: RuntimeStatus;
  readonly runtimeError: string | null;
  readonly runtimeReadyAt: Date | null;
  readonly deploymentSequence: number;
  readonly runtimeWarning: RuntimeWarning | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** `notes` are remarks of the moment, such as context variables that are missing now. */
export function toBuildView(
  build: BuildEntity,
  projectName: string,
  notes: readonly string[] = [],
): BuildView {
  return {
    buildId: build.buildId,
    projectId: build.projectId,
    projectName,
    hash: build.hash,
    size: build.size,
    buildType: build.buildTypeId === BUILD_TYPE_IDS.live ? 'live' : 'bundle',
    deployed: build.deployed,
    active: build.active,
    storagePath: build.storagePath,
    storageBackend: build.storageBackend,
    runtimeStatus: build.runtimeStatus,
    runtimeError: build.runtimeStatus === 'failed' ? build.runtimeError : null,
    runtimeReadyAt: build.runtimeReadyAt,
    deploymentSequence: build.deploymentSequence,
    runtimeWarning: warningOf(build, notes),
    createdAt: build.createdAt,
    updatedAt: build.updatedAt,
  };
}

function warningOf(build: BuildEntity, notes: readonly string[]): RuntimeWarning | null {
  const messages = [
    ...(build.inspectionError === null ? [] : [build.inspectionError]),
    ...versionVerdicts(build).flatMap((verdict) => (verdict.verdict === 'accept' ? [] : [verdict.message])),
    ...build.loadWarnings,
    ...notes,
  ];
  if (messages.length === 0) return null;
  return {
    buildEngineVersion: build.engineVersion,
    buildHotStdVersion: build.hotStdVersion,
    runtimeVersion: ENGINE_VERSION,
    message: messages.join('. '),
  };
}

/** Whether a build made with those versions may run here. */
export function versionVerdicts(
  build: Pick<BuildEntity, 'engineVersion' | 'hotStdVersion'>,
): readonly ReturnType<typeof checkVersion>[] {
  return [
    checkVersion('engine', build.engineVersion ?? undefined, ENGINE_VERSION),
    checkVersion('hot-std', build.hotStdVersion ?? undefined, HOT_STD_VERSION),
  ];
}
