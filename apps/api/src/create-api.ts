import fastifyMultipart from '@fastify/multipart';
import type { Type } from '@nestjs/common';
import type { ProgramCompiler } from '@app/builds';
import { installAuthentication } from '@app/platform/auth';
import type { Environment } from '@app/platform/config';
import { installHealth } from '@app/platform/health';
import {
  createHttpApp,
  installHostRouting,
  installOpenApi,
  type HttpApp,
  type HttpAppOptions,
} from '@app/platform/http';
import { ApiModule } from './api.module';
import { VERSION } from './version';

export const OPEN_API = {
  title: 'Hot API',
  version: VERSION,
  description:
    'Projects, builds, events and runs of one environment: the one that the credential belongs to.',
  documentPath: '/openapi.json',
  explorerPath: '/docs/api',
} as const;

/** The public API, complete but not yet listening. */
export async function createApi(
  environment: Environment,
  compiler: Type<ProgramCompiler>,
  options: HttpAppOptions = {},
): Promise<HttpApp> {
  const http = await createHttpApp(ApiModule.forRoot(environment, compiler), options);
  await http.server.register(fastifyMultipart);
  installHealth(http);
  installHostRouting(http);
  installAuthentication(http, { record: true, admission: true });
  installOpenApi(http.app, http.server, OPEN_API);
  return http;
}
