import { ServiceKeysModule } from '@app/keys';
import { Module } from '@nestjs/common';
import { ResealMetadata } from './reseal-metadata';

@Module({ imports: [ServiceKeysModule], providers: [ResealMetadata] })
export class KeysWorkerModule {}
