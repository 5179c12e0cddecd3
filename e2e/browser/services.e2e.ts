/** The pages of what programs declare and keep, in a real browser, over a program that has run. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { call, SseReader } from '../support/api';
import { launchChromium } from '../support/chromium';
import { startPlatform, type Platform } from '../support/platform';

const DESK = join(__dirname, '../fixtures/desk');
const VALUE = 'sk_desk_never_shown_again';

describe('pages of services', () => {
  let platform: Platform;
  let browser: Browser;
  let page: Page;
  let folder: string;
  const errors: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hot-pages-'));
    platform = await startPlatform({
      withApp: true,
      env: { HOT_APP_FOLDER: process.env['HOT_APP_FOLDER'] ?? join(__dirname, '../../dist/admin/browser') },
    });
    await platform.hot(['deploy'], DESK);
    const sse = await SseReader.open(platform.api, '/v1/streams/subscribe-with-event', platform.key, {
      event_type: 'desk:opened',
      event_data: { id: 'T-1' },
    });
    await sse.until((message) => message.type === 'run:stop');
    sse.close();
    browser = await launchChromium();
    page = await browser.newPage({ acceptDownloads: true, viewport: { width: 1440, height: 900 } });
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(platform.app);
    await page.getByRole('button', { name: /local/i }).first().click();
    await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const open = async (path: string, heading: string): Promise<void> => {
    await page.goto(`${platform.app}/o/local/e/development/${path}`);
    await page.getByRole('heading', { name: heading, exact: true, level: 1 }).waitFor();
  };

  it('sets a context variable that code misses, and never shows it again', async () => {
    await open('context?state=missing', 'Context Variables');
    await page.getByRole('link', { name: 'DESK_KEY' }).click();
    const environment = page.getByRole('row', { name: /Environment/ });
    await environment.getByRole('button', { name: 'Set…' }).click();
    await page.getByRole('button', { name: 'Save variable' }).click();
    await page.getByText('Give a value.').waitFor();
    await page.getByLabel('Value').last().fill(VALUE);
    await page.getByRole('button', { name: 'Save variable' }).click();
    await page.getByRole('row', { name: /desk/ }).getByText('from the environment').waitFor();
    expect(await page.content()).not.toContain(VALUE);
  });

  it('shows a handler with what came of its last event', async () => {
    await open('handlers', 'Event Handlers');
    const row = page.getByRole('row', { name: /desk:opened/ });
    await row.getByText('Succeeded').waitFor();
    await row.getByText('2 × fixed').waitFor();
  });

  it('says when a schedule is due, and lets it run now', async () => {
    await open('schedules', 'Scheduled Runs');
    await page.getByText('Every weekday at 06:00').waitFor();
    await page.getByRole('link', { name: /report/ }).click();
    await page.getByRole('heading', { name: 'Next times' }).waitFor();
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByRole('table', { name: 'occurrences' }).getByText('Succeeded').waitFor();
  });

  it('draws an agent, tells what stands behind a node, and gives the picture away', async () => {
    await open('agents', 'Agents');
    await page.getByRole('link', { name: 'Desk agent' }).click();
    await page.getByRole('heading', { name: 'Desk agent' }).waitFor();
    await page.getByRole('button', { name: /sort-in/ }).click();
    const inspector = page.getByRole('complementary', { name: 'Inspector' });
    await inspector.getByText('hot/src/desk.hot:11').waitFor();
    await inspector.getByText('desk:sorted').waitFor();
    expect(new URL(page.url()).searchParams.get('sel')).toBe('fn:desk::inbox/sort-in');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'PNG' }).click(),
    ]);
    const file = join(folder, 'graph.png');
    await download.saveAs(file);
    expect((await readFile(file)).subarray(1, 4).toString()).toBe('PNG');
    await page
      .getByRole('link', { name: /^Runs$/ })
      .last()
      .click();
    await page.getByRole('table').getByText('sort-in').first().waitFor();
  });

  it('walks to a file, and downloads what the run has written', async () => {
    await open('files', 'Files');
    await page.getByRole('button', { name: /desk/ }).click();
    await page.getByRole('link', { name: 'T-1.txt', exact: true }).click();
    await page
      .getByText(/^\s*run/)
      .first()
      .waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    const file = join(folder, 'T-1.txt');
    await download.saveAs(file);
    expect(await readFile(file, 'utf8')).toBe('Ticket T-1');
  });

  it('revokes a service key, which is refused from then on', async () => {
    const made = await call<{ data: { token: string } }>(platform.api, '/v1/service-keys', {
      key: platform.key,
      body: { name: 'Acme', permissions: { 'file:*': ['read'] }, metadata: { customer: 'c-17' } },
    });
    const { token } = made.body.data;
    const files = () => call(platform.api, '/v1/files', { key: token });
    expect((await files()).status).toBe(200);
    await open('service-keys', 'Service Keys');
    await page.getByRole('link', { name: 'Acme' }).click();
    await page.getByRole('heading', { name: 'Acme' }).waitFor();
    await page.getByText('"c-17"').waitFor();
    await page.getByRole('button', { name: 'Revoke…' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('Acme');
    await page.getByRole('button', { name: 'Revoke service key' }).click();
    await page.getByText('Revoked', { exact: true }).waitFor();
    const deadline = Date.now() + 5_000;
    while ((await files()).status === 200 && Date.now() < deadline) await page.waitForTimeout(50);
    expect((await files()).status).toBe(401);
  });

  it('lists sessions with whose they are', async () => {
    await call(platform.api, '/v1/sessions', {
      key: platform.key,
      body: { permissions: { 'file:*': ['read'] }, metadata: { user: 'u-1' } },
    });
    await open('sessions', 'Sessions');
    await page.getByRole('row', { name: /u-1/ }).getByText('Active').waitFor();
  });

  it('threw no error on the way', () => {
    expect(errors).toEqual([]);
  });
});
