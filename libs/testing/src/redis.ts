/** Redis for integration tests: each Jest worker has a numbered database and a prefix of its own. */
import { redisServerUrl, workerNumber } from './environment';

export interface TestRedis {
  /** Address with the worker's database number. */
  readonly url: string;
  /** For what is not kept apart by the number: channels of pub/sub are shared by the whole server. */
  readonly prefix: string;
}

/** Database 0 stays free for whoever connects without a number. */
const DATABASES = 15;

export function workerRedis(): TestRedis {
  const url = new URL(redisServerUrl());
  url.pathname = `/${((workerNumber() - 1) % DATABASES) + 1}`;
  return { url: url.href, prefix: `w${workerNumber()}:` };
}
