import { BlobsModule } from '@app/blobs';
import { Module } from '@nestjs/common';
import { BlobsController } from './blobs.controller';

@Module({ imports: [BlobsModule], controllers: [BlobsController] })
export class BlobsApiModule {}
