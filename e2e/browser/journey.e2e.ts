/** The first minutes of a new user, in a real browser: sign in with one click, see an order's run and its trace. */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { SseReader } from '../support/api';
import { launchChromium } from '../support/chromium';
import { startPlatform, type Platform } from '../support/platform';

const ORDERS = join(__dirname, '../../examples/orders');
const ORDER = {
  id: 'B-1',
  customer: 'Ada',
  card: 'visa-4242',
  lines: [{ sku: 'teapot', qty: 2, price: 24.5 }],
};

describe('the app in a browser', () => {
  let platform: Platform;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    platform = await startPlatform({
      withApp: true,
      env: { HOT_ADMIN_DIST: join(__dirname, '../../dist/admin/browser') },
    });
    await platform.hot(['deploy'], ORDERS);
    browser = await launchChromium();
    page = await browser.newPage();
    page.on('pageerror', (error) => errors.push(error.message));
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
  });

  it('signs in with one click and lands on the dashboard of the local environment', async () => {
    await page.goto(platform.app);
    await page.getByRole('button', { name: /local/i }).first().click();
    await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/o/local/e/development/dashboard');
  });

  it('shows an order’s run with input, result and every call', async () => {
    const sse = await SseReader.open(platform.api, '/v1/streams/subscribe-with-event', platform.key, {
      event_type: 'order:placed',
      event_data: ORDER,
    });
    const stop = await sse.until((message) => message.type === 'run:stop');
    const published = sse.messages[0];
    const run = stop.run?.event_id === published?.event_id ? stop.run : sse.messages.find((m) => m.run)?.run;
    await sse.until((m) => m.type === 'run:stop' && m.run?.run_id === run?.run_id);
    sse.close();
    await page.goto(`${platform.app}/o/local/e/development/runs/${run?.run_id}`);
    await page.getByText('Succeeded').first().waitFor();
    await page.getByText('"B-1"').first().waitFor();
    await page.getByText('"validated"').first().waitFor();
    for (const name of ['problems', 'quote', 'send']) {
      await page.getByRole('treegrid').getByText(name, { exact: true }).first().waitFor();
    }
  });

  it('finds the run in the list and throws no error on the way', async () => {
    await page.getByRole('link', { name: 'Runs' }).first().click();
    await page.getByText('on-placed').first().waitFor();
    expect(errors).toEqual([]);
  });
});
