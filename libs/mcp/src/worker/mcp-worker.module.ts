import { BuildsModule } from '@app/builds';
import { McpModule } from '@app/mcp';
import { Module } from '@nestjs/common';
import { DeclaredTools } from './declared-tools';

@Module({ imports: [BuildsModule, McpModule], providers: [DeclaredTools], exports: [DeclaredTools] })
export class McpWorkerModule {}
