/** A name server on this machine that knows the aliases a test tells it, and nothing else. */
import { createSocket, type Socket } from 'node:dgram';

const HEADER_BYTES = 12;
const NO_SUCH_NAME = 3;
const CNAME = 5;

export class TestNameServer {
  private readonly aliases = new Map<string, string>();
  /** Questions come and are left unanswered. */
  silent = false;
  questions = 0;

  private constructor(private readonly socket: Socket) {
    socket.on('message', (query, peer) => {
      this.questions += 1;
      if (!this.silent) socket.send(this.answer(query), peer.port, peer.address);
    });
  }

  static async start(): Promise<TestNameServer> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new TestNameServer(socket);
  }

  /** As HOT_DOMAIN_NAME_SERVERS takes it. */
  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  alias(name: string, target: string): void {
    this.aliases.set(name.toLowerCase(), target);
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.socket.close(() => resolve()));
  }

  private answer(query: Buffer): Buffer {
    let end = HEADER_BYTES;
    const labels: string[] = [];
    for (let length = query[end] ?? 0; length > 0; length = query[end] ?? 0) {
      labels.push(query.toString('latin1', end + 1, end + 1 + length));
      end += length + 1;
    }
    const question = query.subarray(HEADER_BYTES, end + 5);
    const target = this.aliases.get(labels.join('.').toLowerCase());
    const header = Buffer.from(query.subarray(0, HEADER_BYTES));
    header.writeUInt16BE(target === undefined ? 0x8180 | NO_SUCH_NAME : 0x8180, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(target === undefined ? 0 : 1, 6);
    header.writeUInt32BE(0, 8);
    if (target === undefined) return Buffer.concat([header, question]);
    const data = nameBytes(target);
    const fixed = Buffer.alloc(12);
    fixed.writeUInt16BE(0xc000 | HEADER_BYTES, 0); // the name of the question
    fixed.writeUInt16BE(CNAME, 2);
    fixed.writeUInt16BE(1, 4);
    fixed.writeUInt32BE(60, 6);
    fixed.writeUInt16BE(data.length, 10);
    return Buffer.concat([header, question, fixed, data]);
  }
}

function nameBytes(name: string): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}
