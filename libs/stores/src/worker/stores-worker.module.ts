import { RunStores } from '@app/runs';
import { StoresModule } from '@app/stores';
import { Module } from '@nestjs/common';
import { ProgramStores } from './program-stores';

@Module({
  imports: [StoresModule],
  providers: [{ provide: RunStores, useClass: ProgramStores }],
  exports: [RunStores],
})
export class StoresWorkerModule {}
