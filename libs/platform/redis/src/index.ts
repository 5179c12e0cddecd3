export { RedisConnections } from './redis-connections';
export { redisConfig, type RedisConfig } from './redis.config';
export { RedisModule } from './redis.module';
