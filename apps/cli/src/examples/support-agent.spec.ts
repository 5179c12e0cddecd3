/** The agent of examples/ against a provider on this machine. */
import { cp } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { evalCommand } from '../commands/run.command';
import { Workspace } from '../testing/workspace';

const AGENT = join(__dirname, '../../../../examples/support-agent');

interface Asked {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly tools: readonly unknown[];
}

const events = (...deltas: readonly object[]): string =>
  [...deltas.map((delta) => JSON.stringify({ choices: [{ delta }] })), '[DONE]']
    .map((data) => `data: ${data}\n\n`)
    .join('');

const toolCall = (name: string, args: string): string => {
  const half = Math.floor(args.length / 2);
  return events(
    { tool_calls: [{ index: 0, id: 'c1', function: { name, arguments: args.slice(0, half) } }] },
    { tool_calls: [{ index: 0, function: { arguments: args.slice(half) } }] },
  );
};

describe('the support agent', () => {
  let place: Workspace;
  let server: Server;
  let asked: (Asked & { readonly key: string | undefined })[];
  /** One for each request, the last one ever after. */
  let answers: (string | number)[];

  beforeEach(async () => {
    asked = [];
    place = await Workspace.make('support-agent');
    await cp(AGENT, place.folder, { recursive: true, filter: (path) => !path.endsWith('/.hot') });
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (piece: string) => (body += piece));
      request.on('end', () => {
        asked.push({ ...(JSON.parse(body) as Asked), key: request.headers.authorization });
        const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? 500;
        if (typeof answer === 'number') return void response.writeHead(answer).end();
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        // Cut in the middle of an event: pieces of a network are not those of the provider.
        response.write(answer.slice(0, 25));
        return void setTimeout(() => response.end(answer.slice(25)), 5);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await place.put(
      'hot/ctx.hot',
      `::hot::ctx/set({"support.provider-url": "http://127.0.0.1:${port}/v1", "support.provider-key": "k-1"})\n`,
    );
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await place.remove();
  });

  const ask = async (text: string): Promise<unknown> => {
    const code = `::support::agent/on-asked({data: {conversation: "c-1", text: ${JSON.stringify(text)}}})`;
    const before = place.out.length;
    expect([await place.call(evalCommand, code, '--value.format', 'json'), place.err]).toEqual([
      0,
      expect.anything(),
    ]);
    return JSON.parse(place.out.slice(before));
  };

  it('answers, and streams the answer as it comes', async () => {
    answers = [events({ role: 'assistant' }, { content: 'We do, ' }, { content: 'on weekdays.' })];
    expect(await ask('Do you ship tea?')).toEqual({
      conversation: 'c-1',
      answer: 'We do, on weekdays.',
      used: [],
    });
    expect(asked).toMatchObject([{ key: 'Bearer k-1', messages: [{ role: 'system' }, { role: 'user' }] }]);
    expect(place.err).toContain('We do, ');
    expect(place.err).toContain('support:answered');
  });

  it('looks up what the model wants to know, and remembers the conversation', async () => {
    answers = [toolCall('find-help', '{"about": "kettle"}'), events({ content: 'Once a month.' })];
    expect(await ask('How often?')).toMatchObject({ answer: 'Once a month.', used: ['find-help'] });
    expect(asked[1]?.messages.at(-1)).toMatchObject({
      role: 'tool',
      content: expect.stringContaining('Descale your kettle') as string,
    });
    await ask('And my pot?');
    expect(asked[2]?.messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'assistant',
      'user',
    ]);
  });

  it('leaves it to a person when the model asks without end', async () => {
    answers = [toolCall('fly', '{}')];
    expect(await ask('Where is my order?')).toMatchObject({
      answer: expect.stringContaining('A person will answer') as string,
    });
    expect(asked).toHaveLength(6);
    expect(asked[5]?.messages.at(-1)).toMatchObject({ content: 'There is no tool fly.' });
  });

  it('fails for another try when the provider does', async () => {
    answers = [503];
    const code = '::support::agent/on-asked({data: {conversation: "c-2", text: "Hi"}})';
    expect(await place.call(evalCommand, code)).toBe(1);
    expect(place.err).toContain('The provider answered 503');
  });
});
