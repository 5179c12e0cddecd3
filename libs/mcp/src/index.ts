export { isObject, isSchema, violation, type Schema } from './json-schema';
export { mcpConfig, type McpConfig } from './mcp.config';
export { McpModule } from './mcp.module';
export { mirroredArguments, type MirroredArgument } from './mirrored-headers';
export { ToolCatalogue } from './tool-catalogue';
export { ToolRepository, type ServingTool, type ToolAuth, type ToolDefinition } from './tool.repository';
