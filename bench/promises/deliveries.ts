/** Many who listen at once, while something goes on all the time. */
import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Publisher, type Target } from '../events/load';
import { memoryMb, percentile, tell, type Bench } from './measure';

const CLIENTS_OF_A_STREAM = 10;
const EVENTS_PER_SECOND = 50;
const SECONDS = 30;
const OPENED_AT_ONCE = 100;
const MAX_MB = 400;
const MAX_P99_MS = 250;
const SENT = /"at":(\d+)\D/g;

export async function deliveries({ sizes, target, platform }: Bench): Promise<void> {
  const streams = Array.from({ length: Math.ceil(sizes.clients / CLIENTS_OF_A_STREAM) }, () => randomUUID());
  const publisher = await Publisher.open(target, 16);
  const publish = async (stream_id: string): Promise<void> => {
    const body = { event_type: 'bench:tell', event_data: { at: Date.now() }, stream_id };
    const { status, text } = await publisher.post('/v1/events', JSON.stringify(body));
    if (status !== 201) throw new Error(text);
  };
  for (const stream of streams) await publish(stream);
  await sleep(3_000);
  const before = memoryMb(platform.api);
  const clients = new Clients();
  for (let from = 0; from < sizes.clients; from += OPENED_AT_ONCE) {
    const some = Array.from({ length: Math.min(OPENED_AT_ONCE, sizes.clients - from) }, (_, n) => from + n);
    await Promise.all(some.map((n) => clients.open(target, streams[n % streams.length] ?? '')));
  }
  await sleep(3_000);
  clients.latencies.length = 0;
  const sent = SECONDS * EVENTS_PER_SECOND;
  const began = performance.now();
  const publishing: Promise<void>[] = [];
  for (let n = 0; n < sent; n += 1) {
    await sleep(Math.max(0, began + (n * 1_000) / EVENTS_PER_SECOND - performance.now()));
    publishing.push(publish(streams[n % streams.length] ?? ''));
  }
  await Promise.all(publishing);
  await sleep(3_000);
  const mb = memoryMb(platform.api);
  clients.close();
  publisher.close();
  const sorted = clients.latencies.toSorted((a, b) => a - b);
  console.log(
    `\n${sizes.clients} clients of one api process, ${CLIENTS_OF_A_STREAM} to a stream; ${EVENTS_PER_SECOND} events a second for ${SECONDS} s: ${sorted.length} of ${sent * CLIENTS_OF_A_STREAM} pieces of stream data arrived`,
  );
  tell(
    'memory of the api',
    `${mb.toFixed(0)} MB (${before.toFixed(0)} MB without them)`,
    'below 400 MB',
    mb < MAX_MB,
  );
  const p99 = percentile(sorted, 99);
  tell(
    'event published until its program’s data arrives',
    `p50 ${percentile(sorted, 50)} ms, p99 ${p99} ms, at most ${percentile(sorted, 100)} ms`,
    'p99 below 250 ms',
    p99 < MAX_P99_MS && sorted.length === sent * CLIENTS_OF_A_STREAM,
  );
}

class Clients {
  /** Milliseconds from publishing to arriving. */
  readonly latencies: number[] = [];
  private readonly sockets: Socket[] = [];

  open({ port, token }: Target, stream: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(
          `GET /v1/streams/${stream}/subscribe HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`,
        );
      });
      this.sockets.push(socket);
      socket.setEncoding('latin1');
      let opened = false;
      let rest = '';
      socket.on('data', (chunk: string) => {
        if (!opened) {
          opened = true;
          if (!chunk.startsWith('HTTP/1.1 200')) reject(new Error(chunk.slice(0, 300)));
          resolve();
        }
        const text = rest + chunk;
        const end = text.lastIndexOf('\n\n');
        this.read(text.slice(0, Math.max(0, end)));
        rest = text.slice(Math.max(0, end));
      });
      socket.on('error', reject);
    });
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private read(frames: string): void {
    const now = Date.now();
    for (const frame of frames.split('\n\n')) {
      if (!frame.includes('event: stream:data')) continue;
      for (const [, at] of frame.matchAll(SENT)) this.latencies.push(now - Number(at));
    }
  }
}
