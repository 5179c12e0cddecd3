import { FilesModule } from '@app/files';
import { RunFiles } from '@app/runs';
import { Module } from '@nestjs/common';
import { StoredRunFiles } from './stored-run-files';

@Module({
  imports: [FilesModule],
  providers: [{ provide: RunFiles, useClass: StoredRunFiles }],
  exports: [RunFiles, FilesModule],
})
export class FilesWorkerModule {}
