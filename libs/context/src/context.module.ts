import { Module } from '@nestjs/common';
import { CryptoModule } from '@app/platform/crypto';
import { ProjectsModule } from '@app/projects';
import { ContextLevelRepository } from './context-level.repository';
import { ContextLevelService } from './context-level.service';
import { ContextRepository } from './context.repository';
import { ContextSecrets } from './context-secrets';
import { ContextService } from './context.service';

@Module({
  imports: [CryptoModule, ProjectsModule],
  providers: [ContextLevelRepository, ContextLevelService, ContextRepository, ContextSecrets, ContextService],
  exports: [ContextLevelService, ContextRepository, ContextSecrets, ContextService],
})
export class ContextModule {}
