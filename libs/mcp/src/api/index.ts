export { McpApiModule } from './mcp-api.module';
