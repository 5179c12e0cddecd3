export { McpWorkerModule } from './mcp-worker.module';
