/** Many open subscriptions that cost their opener little: raw sockets, frames are only counted. */
import { connect, type Socket } from 'node:net';

const AT_ONCE = 200;

export class Subscribers {
  frames = 0;
  bytes = 0;
  private readonly sockets: Socket[] = [];

  /**
   * @param path of the n-th subscription
   * @param frame counted in what arrives, such as `event: run:stop`
   */
  static async open(
    target: { readonly port: number; readonly token: string },
    count: number,
    path: (n: number) => string,
    frame: string,
  ): Promise<Subscribers> {
    const all = new Subscribers();
    for (let from = 0; from < count; from += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, n) => from + n);
      await Promise.all(some.map((n) => all.openOne(target, path(n), frame)));
    }
    return all;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private openOne(
    { port, token }: { readonly port: number; readonly token: string },
    path: string,
    frame: string,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`);
      });
      this.sockets.push(socket);
      socket.setEncoding('latin1');
      let opened = false;
      socket.on('data', (chunk: string) => {
        this.bytes += chunk.length;
        for (let at = chunk.indexOf(frame); at >= 0; at = chunk.indexOf(frame, at + 1)) this.frames += 1;
        if (opened) return;
        opened = true;
        if (chunk.startsWith('HTTP/1.1 200')) resolve();
        else reject(new Error(chunk.slice(0, 300)));
      });
      socket.on('error', reject);
    });
  }
}
