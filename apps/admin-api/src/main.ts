import { ConfigError, parseSlice } from '@app/platform/config';
import { assertMigrated, Db } from '@app/platform/database';
import { serve } from '@app/platform/http';
import { JsonLogger, telemetryConfig } from '@app/platform/telemetry';
import { adminApiConfig, type AdminApiConfig } from './admin-api.config';
import { createAdminApp } from './create-admin-app';

async function main(): Promise<void> {
  const { logLevel } = parseSlice(telemetryConfig, process.env);
  const http = await createAdminApp(process.env, { logger: new JsonLogger('admin-api', logLevel) });
  const db = http.app.get(Db);
  await assertMigrated((sql) => db.query(sql));
  const { host, port } = http.app.get<AdminApiConfig>(adminApiConfig.token);
  await serve(http, host, port);
}

main().catch((error: unknown) => {
  const text =
    error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`The app's server could not start. ${text}\n`);
  process.exit(1);
});
