/** Health checks and metrics of a process that serves nothing else. */
import { newId } from '@app/kernel';
import { meterText } from '@app/platform/metrics';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Health } from './health';
import { healthConfig, type HealthConfig } from './health.config';
import { mayReadMetrics } from './metrics-guard';

@Injectable()
export class HealthServer {
  private readonly log = new Logger(HealthServer.name);
  private server: Server | undefined;

  constructor(
    private readonly health: Health,
    @Inject(healthConfig.token) private readonly config: HealthConfig,
  ) {}

  /** Answers the port, null where none is wanted. */
  async listen(): Promise<number | null> {
    const { workerHost: host, workerPort: port } = this.config;
    if (port === 0) return null;
    const server = createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => {
        this.log.warn({ event: 'health.failed', error: String(error) });
        response.destroy();
      });
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, resolve);
    });
    this.log.log({ event: 'health.listening', host, port });
    return port;
  }

  close(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('x-request-id', newId());
    const [path] = (request.url ?? '').split('?', 1);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead && path === '/healthz/live') return json(response, 200, { status: 'ok' });
    if (isRead && path === '/healthz/ready') {
      const readiness = await this.health.ready();
      return json(response, readiness.status === 'unavailable' ? 503 : 200, readiness);
    }
    if (isRead && path === '/metrics') {
      if (!mayReadMetrics(request, this.config.metricsToken)) {
        return json(response, 403, { error: { code: 'forbidden', message: 'Not for you' } });
      }
      const { type, text } = await meterText();
      response.writeHead(200, { 'content-type': type }).end(text);
      return;
    }
    json(response, 404, { error: { code: 'not_found', message: 'Route not found' } });
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
