import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { processConfig, type ProcessConfig } from '@app/platform/config';
import { cryptoConfig, Keyring, type CryptoConfig } from '@app/platform/crypto';
import { BlobStore, openStore } from '@app/platform/storage';
import { ProjectsModule } from '@app/projects';
import { AppStateRepository } from './app-state.repository';
import { ArchiveInspector } from './archive-inspector';
import { ArchiveCompiler } from './archive-compiler';
import { ARTIFACT_KEYS, ArtifactStore } from './artifact-store';
import { buildConfig, type BuildConfig } from './build.config';
import { BuildEntity } from './build.entity';
import { BuildRepository } from './build.repository';
import { CompiledArtifacts } from './compiled-artifacts';
import { BuildResources } from './build-resources';
import { BuildService } from './build.service';
import { DeployQueue } from './deploy-tickets';
import { DeployService } from './deploy.service';
import { DeploymentListeners } from './deployment-listeners';
import { DeploymentRepository } from './deployment.repository';
import { EventHandlerQueries } from './event-handler.queries';
import { EventHandlerService } from './event-handler.service';
import { ProjectLifecycleService } from './project-lifecycle.service';
import { ServingCatalogue } from './serving-catalogue';
import { ServingRepository } from './serving.repository';
import { UploadService } from './upload.service';

/** An upload that has not moved for so long was left by a process that is gone. */
const ABANDONED_AFTER_MS = 24 * 3_600_000;

@Module({
  imports: [TypeOrmModule.forFeature([BuildEntity]), ProjectsModule],
  providers: [
    {
      provide: BlobStore,
      inject: [processConfig.token, buildConfig.token],
      useFactory: ({ dataDir }: ProcessConfig, config: BuildConfig) =>
        openStore('HOT_BUILD', config, dataDir, 'builds'),
    },
    {
      // Not that of CryptoModule: processes that seal no secrets have builds, too.
      provide: ARTIFACT_KEYS,
      inject: [cryptoConfig.token],
      useFactory: ({ encryptionKey, previousEncryptionKeys }: CryptoConfig) =>
        new Keyring(encryptionKey ?? null, previousEncryptionKeys),
    },
    BuildRepository,
    AppStateRepository,
    DeploymentListeners,
    DeploymentRepository,
    ServingRepository,
    ArchiveInspector,
    ArchiveCompiler,
    ArtifactStore,
    CompiledArtifacts,
    BuildService,
    BuildResources,
    UploadService,
    EventHandlerQueries,
    EventHandlerService,
    DeployQueue,
    DeployService,
    ProjectLifecycleService,
    ServingCatalogue,
  ],
  exports: [
    BlobStore,
    AppStateRepository,
    DeploymentListeners,
    DeploymentRepository,
    ArchiveCompiler,
    ArtifactStore,
    BuildService,
    BuildResources,
    UploadService,
    EventHandlerService,
    DeployService,
    ProjectLifecycleService,
    ServingCatalogue,
  ],
})
export class BuildsModule implements OnApplicationBootstrap {
  constructor(private readonly store: BlobStore) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.store.removeAbandoned(ABANDONED_AFTER_MS);
  }
}
