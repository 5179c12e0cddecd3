import { ManifestOnlyCompiler } from '@app/builds';
import { ConfigError, declaredSlices, parseSlice, parseSlices } from '@app/platform/config';
import { assertMigrated, Db } from '@app/platform/database';
import { serve } from '@app/platform/http';
import { JsonLogger, telemetryConfig } from '@app/platform/telemetry';
import { apiConfig, type ApiConfig } from './api.config';
import { createApi } from './create-api';

async function main(): Promise<void> {
  // All slices first: whoever fixes the configuration wants to hear of everything at once.
  parseSlices(declaredSlices(), process.env);
  const { logLevel } = parseSlice(telemetryConfig, process.env);
  const http = await createApi(process.env, ManifestOnlyCompiler, {
    logger: new JsonLogger('api', logLevel),
  });
  const db = http.app.get(Db);
  await assertMigrated((sql) => db.query(sql));
  const { host, port } = http.app.get<ApiConfig>(apiConfig.token);
  await serve(http, host, port);
}

main().catch((error: unknown) => {
  const text =
    error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`The API could not start. ${text}\n`);
  process.exit(1);
});
