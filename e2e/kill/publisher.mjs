/** Publishes events over HTTP and remembers what the platform accepted: only a 201 counts. */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export class Publisher {
  accepted = new Map();
  refused = 0;

  constructor(cluster) {
    this.cluster = cluster;
    this.agent = new Agent({ keepAlive: true, maxSockets: 32 });
  }

  /** Publishes `count` events; `onSent(n)` is told of progress and may do harm. What answers false is the end. */
  async publish(count, event, onSent = () => {}, lanes = 32) {
    let next = 0;
    const lane = async () => {
      while (next < count) {
        const n = next++;
        await this.one(event(n), n);
        if (onSent(n) === false) return;
        // A load that goes on for minutes is to leave time for everything else.
        if (count === Infinity) await sleep(100);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  one(body, n) {
    return new Promise((resolve) => {
      const text = JSON.stringify(body);
      const req = request(
        `${this.cluster.api}/v1/events`,
        {
          method: 'POST',
          agent: this.agent,
          headers: {
            authorization: `Bearer ${this.cluster.key}`,
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
          },
        },
        (res) => {
          let answer = '';
          res.on('data', (chunk) => (answer += chunk));
          res.on('error', () => this.miss(resolve));
          res.on('end', () => {
            if (res.statusCode !== 201) return this.miss(resolve);
            this.accepted.set(JSON.parse(answer).data.event_id, { n, type: body.event_type });
            resolve();
          });
        },
      );
      req.on('error', () => this.miss(resolve));
      req.end(text);
    });
  }

  /** Not accepted: whether it was written all the same is unknown, so nothing is claimed of it. Slows down a little. */
  miss(resolve) {
    this.refused += 1;
    setTimeout(resolve, 20);
  }
}
