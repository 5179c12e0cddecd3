/** The example that a payment provider calls and AI assistants ask, on the platform as its README has it. */
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { eventually } from '@app/testing';
import { call } from '../support/api';
import { addressesOf, ask, type RawAnswer } from '../support/doors';
import { startPlatform, type Platform } from '../support/platform';

const EXAMPLE = join(__dirname, '../../examples/webhook-integration');
const SECRET = 'whsec-1';

describe('the example of a webhook integration', () => {
  let platform: Platform;
  let address: string;

  beforeAll(async () => {
    platform = await startPlatform();
    await platform.hot(['deploy'], EXAMPLE);
    await platform.hot(['context', 'set', 'billing.webhook-secret', SECRET], EXAMPLE);
    address = (await addressesOf(platform))['POST billing/notices'] ?? '';
  }, 90_000);
  afterAll(() => platform.stop());

  const notice = (id: string, secret = SECRET, ageSeconds = 0): Promise<RawAnswer> => {
    // Spaces and the order of members are the provider's: what is signed are its bytes.
    const body = `{"id": "${id}",  "status": "paid", "customer": "ada", "amount_cents": 1250}`;
    const at = Math.floor(Date.now() / 1_000) - ageSeconds;
    const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
    return ask(platform.api, address, {
      body,
      headers: { 'content-type': 'application/json', 'x-signature': `t=${at},v1=${signature}` },
    });
  };

  it('takes notices of the provider, and of nobody else', async () => {
    const taken = await notice('n-1');
    expect([taken.status, taken.body]).toEqual([202, { accepted: 'n-1' }]);
    const forged = await notice('n-2', 'another');
    expect([forged.status, forged.body]).toEqual([401, { error: 'the signature is wrong' }]);
    expect((await notice('n-3', SECRET, 600)).body).toEqual({ error: 'the signature is too old' });
  });

  it('tells assistants what it was told', async () => {
    const { data } = (
      await call<{ data: { token: string } }>(platform.api, '/v1/service-keys', {
        key: platform.key,
        body: { name: 'assistant', permissions: { 'mcp:billing/*': ['execute'] } },
      })
    ).body;
    const client = new Client({ name: 'assistant', version: '1' });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${platform.api}/mcp/local/development/billing`), {
        requestInit: { headers: { authorization: `Bearer ${data.token}` } },
      }),
    );
    const { tools } = await client.listTools();
    expect(tools.map(({ name, title }) => [name, title])).toEqual([
      ['billing_tools_customer_balance', 'Balance of a customer'],
      ['billing_tools_payment_status', 'Status of a payment'],
    ]);
    // The payment is noted by an event of its own, soon after the notice was answered; told twice, it counts once.
    await notice('n-1');
    await eventually(async () => {
      const status = await client.callTool({
        name: 'billing_tools_payment_status',
        arguments: { id: 'n-1' },
      });
      expect(status.structuredContent).toEqual({ id: 'n-1', known: true, status: 'paid', amount: 12.5 });
    });
    const balance = await client.callTool({
      name: 'billing_tools_customer_balance',
      arguments: { customer: 'ada' },
    });
    expect(balance.structuredContent).toMatchObject({ customer: 'ada', payments: 1, balance: 12.5 });
    await client.close();
  });
});
