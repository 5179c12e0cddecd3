import { ObserveModule } from '@app/observe';
import { Module } from '@nestjs/common';
import { McpAdminController } from './mcp.controller';
import { ToolQueries } from './tool.queries';

@Module({ imports: [ObserveModule], controllers: [McpAdminController], providers: [ToolQueries] })
export class McpAdminModule {}
