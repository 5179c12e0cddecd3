import { Global, Module } from '@nestjs/common';
import { AccessRecorder } from '@app/platform/auth';
import { AccessRecordRepository } from './access-record.repository';
import { GroupedAccessRecorder } from './grouped-access-recorder';

@Global()
@Module({
  providers: [AccessRecordRepository, { provide: AccessRecorder, useClass: GroupedAccessRecorder }],
  exports: [AccessRecorder],
})
export class AccessModule {}
