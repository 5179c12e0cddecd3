import { McpModule } from '@app/mcp';
import { SseModule } from '@app/platform/live';
import { SyncCallsModule } from '@app/sync-calls';
import { Module } from '@nestjs/common';
import { McpController } from './mcp.controller';
import { McpEndpoints } from './mcp-endpoints';
import { Messages } from './messages';
import { ToolCalls } from './tool-calls';
import { TransportMessages } from './transport-messages';
import { TransportSessions } from './transport-sessions';

@Module({
  imports: [McpModule, SyncCallsModule, SseModule],
  controllers: [McpController],
  providers: [McpEndpoints, Messages, ToolCalls, TransportMessages, TransportSessions],
})
export class McpApiModule {}
