/** The other side: a server of Node's own that answers with an open event stream and writes to all of them when told. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const open = new Set<ServerResponse>();
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(': hello\n\n');
  open.add(response);
  response.on('close', () => open.delete(response));
});
process.on('message', ({ type, text }: { readonly type: string; readonly text: string }) => {
  if (type === 'write') for (const response of open) response.write(text);
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () =>
  process.send?.({ type: 'ready', port: (server.address() as AddressInfo).port }),
);
