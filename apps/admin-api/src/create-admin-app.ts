import fastifyCookie from '@fastify/cookie';
import { DATA_POLICY, installSpa, SECURITY_HEADERS } from '@app/platform/assets';
import type { Environment } from '@app/platform/config';
import { installHealth } from '@app/platform/health';
import { createHttpApp, type HttpApp, type HttpAppOptions } from '@app/platform/http';
import { PRODUCT_VERSION } from '@app/identity/admin';
import { AdminApiModule } from './admin-api.module';
import { adminApiConfig, type AdminApiConfig } from './admin-api.config';
import { turnStrangersAway } from './strangers';
import { installAdminDocument } from './admin-document';

/** The server of the app, complete but not yet listening. */
export async function createAdminApp(
  environment: Environment,
  options: Pick<HttpAppOptions, 'logger'> = {},
): Promise<HttpApp> {
  const http = await createHttpApp(AdminApiModule.forRoot(environment), {
    ...options,
    headers: { ...SECURITY_HEADERS, 'content-security-policy': DATA_POLICY, 'cache-control': 'no-store' },
  });
  await http.server.register(fastifyCookie);
  installHealth(http);
  turnStrangersAway(http.server);
  const { folder } = http.app.get<AdminApiConfig>(adminApiConfig.token);
  await installSpa(http, { folder, apiPrefix: '/admin/', home: '/apps' });
  installAdminDocument(http, PRODUCT_VERSION);
  return http;
}
