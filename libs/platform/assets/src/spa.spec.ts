import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { ConfigModule } from '@app/platform/config';
import { createHttpApp, routeFacts, type HttpApp } from '@app/platform/http';
import { eventually } from '@app/testing';
import { installSpa } from './spa';

@Controller('admin/v1')
class ThingsController {
  @Get('things')
  @routeFacts({ access: { kind: 'public' } })
  list(): object {
    return { ok: true };
  }

  @Post('things/only-post')
  @routeFacts({ access: { kind: 'public' } })
  write(): object {
    return { ok: true };
  }
}

const SCRIPT = `console.log(${JSON.stringify('x'.repeat(4000))});`;

describe('the served app', () => {
  let folder: string;
  let http: HttpApp;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spa-'));
    mkdirSync(join(folder, 'media'));
    writeFileSync(join(folder, 'index.html'), '<app-root></app-root>');
    writeFileSync(join(folder, 'main-3Q7XKZ5A.js'), SCRIPT);
    writeFileSync(join(folder, 'chunk-B0_-qpfZ.js'), 'chunk');
    writeFileSync(join(folder, 'theme-settings.js'), 'theme');
    writeFileSync(join(folder, 'media', 'font-ABCDEFGH.woff2'), 'font');
    writeFileSync(join(folder, 'logo.svg'), '<svg/>');
    @Module({
      imports: [ConfigModule.forRoot({ DATABASE_URL: 'postgres://nobody@localhost/none' })],
      controllers: [ThingsController],
    })
    class TestModule {}
    http = await createHttpApp(TestModule, {
      logger: false,
      headers: { 'x-content-type-options': 'nosniff' },
    });
    await installSpa(http, { folder, apiPrefix: '/admin/', home: '/apps' });
    await http.app.init();
    await http.server.ready();
  });
  afterAll(async () => {
    await http.app.close();
    rmSync(folder, { recursive: true });
  });

  const get = (url: string, headers: Record<string, string> = {}) =>
    http.server.inject({ method: 'GET', url, headers });

  it('is the same page at every address of the app, never kept', async () => {
    for (const url of [
      '/apps',
      '/o/acme/e/production/runs?status=failed',
      '/o/a/e/b/events/user.created',
      '/index.html',
    ]) {
      const response = await get(url);
      expect([url, response.statusCode, response.body]).toEqual([url, 200, '<app-root></app-root>']);
      expect(response.headers['cache-control']).toBe('no-cache');
      expect(response.headers['content-security-policy']).toContain("script-src 'self';");
    }
  });

  it('leads the bare address to its first page', async () => {
    const response = await get('/');
    expect([response.statusCode, response.headers['location']]).toEqual([302, '/apps']);
  });

  it('lets browsers keep files for ever whose name changes with their content, and asks for the others', async () => {
    for (const name of ['main-3Q7XKZ5A.js', 'chunk-B0_-qpfZ.js', 'media/font-ABCDEFGH.woff2']) {
      expect([name, (await get(`/${name}`)).headers['cache-control']]).toEqual([
        name,
        'public, max-age=31536000, immutable',
      ]);
    }
    const plain = await get('/theme-settings.js');
    expect(plain.headers['cache-control']).toBe('no-cache');
    const again = await get('/theme-settings.js', { 'if-none-match': String(plain.headers['etag']) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it('sends what it compressed beforehand to whoever takes it', async () => {
    const packed = await eventually(async () => {
      const response = await get('/main-3Q7XKZ5A.js', { 'accept-encoding': 'gzip, br' });
      return response.headers['content-encoding'] === 'br' && response;
    });
    expect(brotliDecompressSync(packed.rawPayload).toString()).toBe(SCRIPT);
    const gzipped = await get('/main-3Q7XKZ5A.js', { 'accept-encoding': 'br;q=0, gzip' });
    expect(gunzipSync(gzipped.rawPayload).toString()).toBe(SCRIPT);
    const plain = await get('/main-3Q7XKZ5A.js');
    expect([plain.headers['content-encoding'], plain.body]).toEqual([undefined, SCRIPT]);
    expect(plain.headers['vary']).toBe('accept-encoding');
  });

  it('has no page for a missing file, and none for unknown addresses of the API', async () => {
    for (const url of ['/gone-ABCDEFGH.js', '/favicon.ico', '/admin/v1/nothing', '/admin/other']) {
      const response = await get(url);
      expect([url, response.statusCode, response.json().error.code]).toEqual([url, 404, 'not_found']);
    }
    expect((await get('/admin/v1/things')).json().data).toEqual({ ok: true });
    const wrong = await get('/admin/v1/things/only-post');
    expect([wrong.statusCode, wrong.headers['allow']]).toEqual([405, 'POST']);
    expect((await http.server.inject({ method: 'POST', url: '/apps' })).statusCode).toBe(404);
  });

  it('gives away nothing outside its folder', async () => {
    for (const url of [
      '/../package.json',
      '/..%2f..%2fetc%2fpasswd.txt',
      '/%2e%2e/%2e%2e/etc/hosts.txt',
      '/media%00.js',
    ]) {
      expect([url, [400, 404].includes((await get(url)).statusCode)]).toEqual([url, true]);
    }
  });

  it('runs nothing in a picture that is opened as a page', async () => {
    expect((await get('/logo.svg')).headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'unsafe-inline'",
    );
  });

  it('puts a fresh nonce for styles into a page that has a place for one', async () => {
    const index = join(folder, 'index.html');
    writeFileSync(index, '<app-root ngcspnonce="here"></app-root>');
    utimesSync(index, new Date(), new Date(Date.now() + 5000));
    const [one, two] = [await get('/apps'), await get('/apps')];
    const nonce = /ngCspNonce="([^"]+)"/.exec(one.body)?.[1] ?? '';
    expect(nonce).not.toBe('here');
    expect(one.headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(two.body).not.toBe(one.body);
  });

  it('says so when it has not been built', async () => {
    rmSync(join(folder, 'index.html'));
    const response = await get('/apps');
    expect([response.statusCode, response.body]).toEqual([503, expect.stringContaining('npm start')]);
  });
});
