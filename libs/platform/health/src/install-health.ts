/** Health checks and metrics of a process that serves HTTP anyway. */
import { Db } from '@app/platform/database';
import { ForbiddenError } from '@app/kernel';
import type { HttpApp } from '@app/platform/http';
import { SseConnections } from '@app/platform/live';
import { counter, gauge, histogram, meterText } from '@app/platform/metrics';
import { RedisConnections } from '@app/platform/redis';
import { Logger, type INestApplicationContext } from '@nestjs/common';
import { Health } from './health';
import { healthConfig, type HealthConfig } from './health.config';
import { mayReadMetrics } from './metrics-guard';

const log = new Logger('Http');
const PUBLIC = { access: { kind: 'public' } } as const;
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const requests = counter('hot_http_requests_total', 'Requests that were answered', [
  'method',
  'route',
  'status',
]);
const durations = histogram(
  'hot_http_request_duration_seconds',
  'From the head of a request to the end of its answer; without event streams',
  ['method', 'route'],
  SECONDS,
);

/** Before the routes that are to be counted. */
export function installHealth({ app, server }: HttpApp): void {
  const health = app.get(Health);
  const { metricsToken } = app.get<HealthConfig>(healthConfig.token);
  processGauges(app);
  const streams = app.get(SseConnections, { strict: false });
  gauge('hot_sse_subscribers', 'Open event streams', () => streams.size);
  server.addHook('onResponse', (request, reply, done) => {
    // The pattern of the route, never the path: that has ids and secrets in it.
    const labels = { method: request.method, route: request.routeOptions.url ?? 'unknown' };
    requests.add({ ...labels, status: String(reply.statusCode) });
    const isStream = String(reply.raw.getHeader('content-type') ?? '').startsWith('text/event-stream');
    if (!isStream) durations(labels, reply.elapsedTime / 1000);
    const ms = Math.round(reply.elapsedTime);
    log.debug({ event: 'http.answered', requestId: request.id, ...labels, status: reply.statusCode, ms });
    done();
  });
  server.get('/healthz/live', { config: PUBLIC }, () => ({ status: 'ok' }));
  server.get('/healthz/ready', { config: PUBLIC }, async (_request, reply) => {
    const readiness = await health.ready();
    return reply.code(readiness.status === 'unavailable' ? 503 : 200).send(readiness);
  });
  server.get('/metrics', { config: PUBLIC }, async (request, reply) => {
    if (!mayReadMetrics(request.raw, metricsToken))
      throw new ForbiddenError('Metrics are for this machine, or for whoever has the token');
    const { type, text } = await meterText();
    return reply.type(type).send(text);
  });
}

/** What every process has. */
export function processGauges(app: Pick<INestApplicationContext, 'get'>): void {
  const [db, redis] = [app.get(Db, { strict: false }), app.get(RedisConnections, { strict: false })];
  gauge('hot_db_pool_connections', 'Connections of the pool', () => db.poolSize(), 'state');
  gauge('hot_redis_up', 'Whether commands reach Redis', () => (redis.isUp() ? 1 : 0));
  gauge('hot_process_resident_memory_bytes', 'Memory of the process', () => process.memoryUsage.rss());
  gauge('hot_process_start_time_seconds', 'When it started, since 1970', () =>
    Math.round(Date.now() / 1000 - process.uptime()),
  );
}
