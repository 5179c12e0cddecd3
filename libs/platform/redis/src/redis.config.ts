import { defineConfig, requiredText, text, variable, type ConfigOf } from '@app/platform/config';

export const redisConfig = defineConfig('redis', {
  url: variable(
    'REDIS_URL',
    requiredText(),
    'Redis or a compatible server, as redis://[:password@]host:port[/db].',
  ),
  prefix: variable(
    'HOT_REDIS_PREFIX',
    text('hot'),
    'First part of every key and channel: installations that share a server need different ones.',
  ),
});

export type RedisConfig = ConfigOf<typeof redisConfig>;
