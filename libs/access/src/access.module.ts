import { Module } from '@nestjs/common';
import { AccessRecorder } from '@app/platform/auth';
import { AccessRecordRepository } from './access-record.repository';
import { GroupedAccessRecorder } from './grouped-access-recorder';

/**
 * Not global, on purpose: global modules shut down last and in no order among themselves, and the last records must be
 * written before the data source closes.
 */
@Module({
  providers: [AccessRecordRepository, { provide: AccessRecorder, useClass: GroupedAccessRecorder }],
  exports: [AccessRecorder],
})
export class AccessModule {}
