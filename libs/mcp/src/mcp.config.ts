import { defineConfig, duration, flag, list, variable, type ConfigOf } from '@app/platform/config';

export const mcpConfig = defineConfig('mcp', {
  enabled: variable('HOT_MCP_ENABLED', flag(true), 'Whether tools of MCP services can be listed and called.'),
  timeoutMs: variable(
    'HOT_MCP_TIMEOUT',
    duration('60s'),
    'How long a caller of a tool waits for the function; the run goes on after that.',
  ),
  sessionTimeoutMs: variable(
    'HOT_MCP_HTTP_SSE_SESSION_TIMEOUT',
    duration('300s'),
    'How long a connection of the older HTTP+SSE transport lasts.',
  ),
  allowedOrigins: variable(
    'HOT_MCP_ALLOWED_ORIGINS',
    list(),
    'Origins besides the own one from which browsers may call MCP services, as https://host.',
  ),
});

export type McpConfig = ConfigOf<typeof mcpConfig>;
