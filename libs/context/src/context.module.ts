import { Module } from '@nestjs/common';
import { CryptoModule } from '@app/platform/crypto';
import { ProjectsModule } from '@app/projects';
import { ContextRepository } from './context.repository';
import { ContextSecrets } from './context-secrets';
import { ContextService } from './context.service';

@Module({
  imports: [CryptoModule, ProjectsModule],
  providers: [ContextRepository, ContextSecrets, ContextService],
  exports: [ContextRepository, ContextSecrets, ContextService],
})
export class ContextModule {}
