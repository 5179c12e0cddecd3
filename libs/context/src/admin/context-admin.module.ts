import { Module } from '@nestjs/common';
import { ContextModule } from '@app/context';
import { ContextQueries } from './context.queries';
import { ContextVariablesController } from './context-variables.controller';

@Module({
  imports: [ContextModule],
  controllers: [ContextVariablesController],
  providers: [ContextQueries],
})
export class ContextAdminModule {}
