import type { WebhookRow } from '@app/contracts';

/** A request by hand, for a shell. @param address the whole one; undefined while it is not shown */
export function requestFor(
  { method, auth }: Pick<WebhookRow, 'method' | 'auth'>,
  address: string | undefined,
): string {
  const lines = [`curl ${method === 'GET' ? '' : `-X ${method} `}"${address ?? '$ADDRESS'}"`];
  if (auth === 'required') lines.push('-H "Authorization: Bearer $TOKEN"');
  if (method !== 'GET' && method !== 'DELETE') {
    lines.push("-H 'Content-Type: application/json'", `-d '{"hello":"world"}'`);
  }
  return lines.join(' \\\n  ');
}
