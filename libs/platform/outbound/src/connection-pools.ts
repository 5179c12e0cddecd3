/**
 * Connections that are kept for the next request. Never shared between scopes: whoever confuses a server about where
 * one request ends may only ever read answers of their own.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

const MAX_SCOPES = 200;
const KEPT_PER_HOST = 8;
/** Shorter than servers wait: a request on a connection that the other side is just closing fails. */
const IDLE_MS = 1_500;

export interface Pool {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

export class ConnectionPools {
  private readonly pools = new Map<string, Pool>();

  of(scope: string): Pool {
    const known = this.pools.get(scope);
    const pool = known ?? make();
    this.pools.delete(scope);
    this.pools.set(scope, pool);
    if (known === undefined && this.pools.size > MAX_SCOPES) this.forgetOldest();
    return pool;
  }

  close(): void {
    for (const pool of this.pools.values()) end(pool);
    this.pools.clear();
  }

  /** Requests on its connections go on; they are just not kept afterwards. */
  private forgetOldest(): void {
    for (const [scope, pool] of this.pools) {
      this.pools.delete(scope);
      for (const agent of [pool.http, pool.https])
        for (const sockets of Object.values(agent.freeSockets))
          for (const socket of sockets ?? []) socket.destroy();
      return;
    }
  }
}

function make(): Pool {
  const options = {
    keepAlive: true,
    maxFreeSockets: KEPT_PER_HOST,
    scheduling: 'lifo',
    timeout: IDLE_MS,
  } as const;
  // Said outright, for a variable of the environment can turn it off for a whole process.
  return { http: new HttpAgent(options), https: new HttpsAgent({ ...options, rejectUnauthorized: true }) };
}

function end({ http, https }: Pool): void {
  http.destroy();
  https.destroy();
}
