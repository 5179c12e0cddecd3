import { ContextModule } from '@app/context';
import { RunContexts } from '@app/runs';
import { Module } from '@nestjs/common';
import { Reseal } from './reseal';
import { StoredContexts } from './stored-contexts';

@Module({
  imports: [ContextModule],
  providers: [Reseal, { provide: RunContexts, useClass: StoredContexts }],
  exports: [RunContexts],
})
export class ContextWorkerModule {}
