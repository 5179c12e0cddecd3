import { Logger } from '@nestjs/common';
import type { HttpConfig } from './http.config';
import { httpConfig } from './http.config';
import type { HttpApp } from './http-app';

/**
 * Listens, tells a parent process `{type: 'ready'}`, and ends when told to: by a signal, or because the parent is gone.
 * Requests in flight may finish within the grace time.
 */
export async function serve({ app }: HttpApp, host: string, port: number): Promise<void> {
  const log = new Logger('Http');
  const { shutdownGraceMs } = app.get<HttpConfig>(httpConfig.token);
  let ending = false;
  const end = (why: string): void => {
    if (ending) return;
    ending = true;
    log.log({ event: 'http.stopping', why });
    // A request that never ends must not keep the process: exit anyway, saying so.
    setTimeout(() => {
      log.warn({ event: 'http.cut_off', graceMs: shutdownGraceMs });
      process.exit(0);
    }, shutdownGraceMs).unref();
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ event: 'http.stop_failed', error: String(error) });
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', () => end('SIGTERM'));
  process.once('SIGINT', () => end('SIGINT'));
  process.once('disconnect', () => end('parent gone'));
  // Fastify resolves `localhost` to all of its addresses and listens on each: clients dial 127.0.0.1 or ::1.
  await app.listen({ host, port });
  log.log({ event: 'http.listening', host, port });
  process.send?.({ type: 'ready' });
}
