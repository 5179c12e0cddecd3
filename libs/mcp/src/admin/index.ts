export { McpAdminModule } from './mcp-admin.module';
