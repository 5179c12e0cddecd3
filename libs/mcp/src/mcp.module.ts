import { Module } from '@nestjs/common';
import { ToolCatalogue } from './tool-catalogue';
import { ToolRepository } from './tool.repository';

@Module({ providers: [ToolRepository, ToolCatalogue], exports: [ToolRepository, ToolCatalogue] })
export class McpModule {}
