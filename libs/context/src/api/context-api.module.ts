import { ContextModule } from '@app/context';
import { Module } from '@nestjs/common';
import { ContextController } from './context.controller';

@Module({ imports: [ContextModule], controllers: [ContextController] })
export class ContextApiModule {}
