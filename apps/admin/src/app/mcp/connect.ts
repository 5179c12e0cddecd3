/** What most clients of the protocol take as their configuration. */
export function clientConfig(service: string, address: string): string {
  const server = { type: 'http', url: address, headers: { Authorization: 'Bearer <token>' } };
  return JSON.stringify({ mcpServers: { [service]: server } }, null, 2);
}

/** Makes a service key that may call the tools of this service and nothing else. */
export function keyRequest(apiUrl: string, service: string): string {
  const body = JSON.stringify({ name: `mcp ${service}`, permissions: { [`mcp:${service}/*`]: ['execute'] } });
  return [
    `curl ${apiUrl}/v1/service-keys`,
    '-H "Authorization: Bearer $HOT_API_KEY"',
    "-H 'Content-Type: application/json'",
    `-d '${body}'`,
  ].join(' \\\n  ');
}
