import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { evalCommand, runCommand } from '../commands/run.command';
import { Workspace } from '../testing/workspace';

describe('http on this machine', () => {
  let place: Workspace;
  let server: Server;
  let url: string;
  let open: ServerResponse | null = null;

  beforeEach(async () => {
    place = await Workspace.make('project');
    server = createServer((request, response) => {
      const path = request.url ?? '';
      if (path === '/moved') return void response.writeHead(302, { location: '/greeting' }).end();
      if (path === '/lost') return void response.writeHead(302).end();
      if (path === '/large') return void response.writeHead(200, { 'content-length': 20_000_000 }).end();
      if (path === '/endless') {
        open = response;
        return void response.writeHead(200).write('first\n');
      }
      if (path === '/events') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: {"n": 1}\n\nevent: done\nda');
        return void setTimeout(() => response.end('ta: bye\n\n'), 20);
      }
      let body = '';
      request.setEncoding('utf8').on('data', (piece: string) => (body += piece));
      request.on('end', () => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ method: request.method, agent: request.headers['user-agent'], body }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await place.remove();
  });

  const value = async (code: string): Promise<unknown> => {
    const before = place.out.length;
    expect(await place.call(evalCommand, code, '--value.format', 'json')).toBe(0);
    return JSON.parse(place.out.slice(before));
  };

  it('sends requests and follows redirects, to this machine too', async () => {
    expect(await value(`::hot::http/get("${url}/moved").body.method`)).toBe('GET');
    const posted = await value(`::hot::http/post("${url}/", {a: 1.50, b: "ü"}).body`);
    expect(posted).toMatchObject({ method: 'POST', body: '{"a":1.50,"b":"ü"}' });
  });

  it('says what is wrong in the words of the library', async () => {
    const message = (call: string): Promise<unknown> => value(`err-message(${call})`);
    expect(await message(`::hot::http/get("${url}/lost")`)).toBe(
      '::hot::http/request: redirect missing valid Location',
    );
    expect(await message(`::hot::http/get("${url}/large")`)).toBe(
      '::hot::http/request: response Content-Length exceeds 16777216 bytes',
    );
    expect(await message('::hot::http/get("http://127.0.0.1:1/")')).toBe(
      '::hot::http/request: request failed: connection refused',
    );
  });

  it('reads events as they come', async () => {
    expect(await value(`collect(::hot::http/get-stream("${url}/events", "sse").body)`)).toEqual([
      { data: { n: 1 } },
      { event: 'done', data: 'bye' },
    ]);
  });

  it('closes a stream that the program left open', async () => {
    await place.put('script.hot', `s ::hot::http/get-stream("${url}/endless").body\nnext(s).value`);
    const closed = new Promise((resolve) =>
      server.on('request', (_request, response) => response.once('close', resolve)),
    );
    expect(await place.call(runCommand, 'script.hot')).toBe(0);
    expect(place.out).toContain('first');
    await closed;
    expect(open).not.toBeNull();
  });
});
