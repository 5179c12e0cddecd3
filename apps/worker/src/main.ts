import { HotCompiler } from '@app/builds/worker';
import { ConfigError, declaredSlices, parseSlice, parseSlices } from '@app/platform/config';
import { assertMigrated, Db } from '@app/platform/database';
import { JsonLogger, telemetryConfig } from '@app/platform/telemetry';
import { runsWorkerConfig } from '@app/runs/worker';
import type { INestApplicationContext } from '@nestjs/common';
import { createWorker } from './create-worker';

/** After the runs' own time to finish: for the outcomes, the lease and the connections. */
const END_MS = 10_000;

async function main(): Promise<void> {
  // All slices first: whoever fixes the configuration wants to hear of everything at once.
  parseSlices(declaredSlices(), process.env);
  const { logLevel } = parseSlice(telemetryConfig, process.env);
  const { app, worker } = await createWorker(process.env, HotCompiler, new JsonLogger('worker', logLevel));
  const db = app.get(Db);
  await assertMigrated((sql) => db.query(sql));
  endWhenTold(app);
  await worker.start();
  process.send?.({ type: 'ready' });
}

/** By a signal, or because the parent that forked us is gone. A second signal does not hurry it: work is being given back. */
function endWhenTold(app: INestApplicationContext): void {
  const { shutdownTimeoutMs } = parseSlice(runsWorkerConfig, process.env);
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(1), shutdownTimeoutMs + END_MS).unref();
    app.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.once('disconnect', end);
}

main().catch((error: unknown) => {
  const text =
    error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`The worker could not start. ${text}\n`);
  process.exit(1);
});
