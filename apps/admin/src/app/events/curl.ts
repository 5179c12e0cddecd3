/** The same call for a terminal. Single quotes in the payload end the shell's string, say themselves, and open it again. */
export function curlFor(apiUrl: string, type: string, json: string): string {
  const body = `{"event_type": ${JSON.stringify(type)}, "event_data": ${json}}`.replaceAll("'", `'\\''`);
  return [
    `curl ${apiUrl}/v1/events \\`,
    `  -H "Authorization: Bearer $HOT_API_KEY" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${body}'`,
  ].join('\n');
}
