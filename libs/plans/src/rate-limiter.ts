/**
 * Counts in Redis, so that several processes share one window. Redis is not the truth of anything: when it is away or
 * slow, requests pass.
 */
import { Injectable, Logger } from '@nestjs/common';
import { RedisConnections } from '@app/platform/redis';
import { createHash } from 'node:crypto';

/** Redis answers in well under a millisecond; one that does not is as good as away. */
const PATIENCE_MS = 250;

/**
 * A list of the moments of admitted requests, oldest first, by the clock of Redis: those of the API processes differ.
 * Answers 0 and notes the request, or else the whole seconds until the oldest one is a second old.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local limit = tonumber(ARGV[1])
local oldest = tonumber(redis.call('LINDEX', KEYS[1], 0) or '')
while oldest and now - oldest >= 1000000 do
  redis.call('LPOP', KEYS[1])
  oldest = tonumber(redis.call('LINDEX', KEYS[1], 0) or '')
end
if redis.call('LLEN', KEYS[1]) >= limit then
  return math.max(1, math.ceil(((oldest or now) + 1000000 - now) / 1000000))
end
redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], 1000)
return 0`;
const SHA = createHash('sha1').update(TAKE).digest('hex');

@Injectable()
export class RateLimiter {
  private readonly log = new Logger(RateLimiter.name);
  private open = false;

  constructor(private readonly redis: RedisConnections) {}

  /**
   * Admits at most `limit` requests of the subject in any second. Answers 0 for an admitted one, else after how many
   * seconds another try makes sense.
   */
  async take(subject: string, limit: number): Promise<number> {
    try {
      const wait = await withinPatience(this.evaluate(`${this.redis.prefix}:rate:${subject}`, limit));
      if (this.open) this.log.log({ event: 'rate_limit.counting_again' });
      this.open = false;
      return wait;
    } catch (error) {
      // Once per outage: the line would otherwise come with every request.
      if (!this.open) this.log.warn({ event: 'rate_limit.open', error: String(error) });
      this.open = true;
      return 0;
    }
  }

  private async evaluate(key: string, limit: number): Promise<number> {
    const client = this.redis.commands();
    try {
      return Number(await client.evalsha(SHA, 1, key, limit));
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return Number(await client.eval(TAKE, 1, key, limit));
    }
  }
}

function withinPatience<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Redis did not answer in time')), PATIENCE_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
