/** A worker as it is, with the real pool of sandbox children; only what serves and the program are made up. */
import { DispatchModule, eventTickets } from '@app/dispatch';
import { Sweeper, WorkerLease } from '@app/dispatch/worker';
import { newId } from '@app/kernel';
import { ConfigModule } from '@app/platform/config';
import { DatabaseModule } from '@app/platform/database';
import { LiveModule } from '@app/platform/live';
import { QueueModule } from '@app/platform/queue';
import { RedisConnections, RedisModule } from '@app/platform/redis';
import { ChildPool, poolSettings, SANDBOX } from '@app/platform/sandbox';
import { Serving, type EnvFacts, type FunctionTarget, type RunTarget } from '@app/runs';
import { EventConsumer, RunsWorkerModule } from '@app/runs/worker';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { buildSync } from 'esbuild';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { profiled } from './profile';

const ARTIFACT = {
  format: 1,
  compiler: 'bench',
  hash: 'bench',
  js: `async ([event], host, tick) => {
    tick();
    host.post('trace', '{"calls":[' + Array.from({ length: 3 }, (_, n) => '{"n":' + n + ',"fn":"::bench/step","args":[1,2,3],"ret":"ok","us":3}').join(',') + ']}');
    return { ok: true, id: event.id, n: event.data.n };
  }`,
  tables: '{}',
};

/** One handler of one type in one environment. */
class BenchServing extends Serving {
  private readonly target: RunTarget;

  constructor(
    private readonly orgId: string,
    private readonly envId: string,
  ) {
    super();
    this.target = {
      orgId,
      envId,
      projectId: newId(),
      projectName: 'bench',
      buildId: newId(),
      buildHash: 'bench',
      artifactHash: ARTIFACT.hash,
      handlerKey: '::bench/handle',
      functionName: '::bench/handle',
      retry: undefined,
      agentType: null,
    };
  }

  override handlersOf(envId: string, eventType: string): readonly RunTarget[] {
    return envId === this.envId && eventType === 'bench:event' ? [this.target] : [];
  }

  override handler(): RunTarget {
    return this.target;
  }

  override findFunction(): FunctionTarget | null {
    return null;
  }

  override handlersInBuild(): readonly RunTarget[] {
    return [];
  }

  override projectNames(): readonly string[] {
    return ['bench'];
  }

  override isDeploying(): boolean {
    return false;
  }

  override env(envId: string): EnvFacts | null {
    return envId === this.envId ? { envId, envName: 'bench', orgId: this.orgId, orgSlug: 'bench' } : null;
  }

  override async artifact(): Promise<Buffer> {
    return Buffer.from(JSON.stringify(ARTIFACT));
  }

  override contextOf(): string {
    return '{"values":{},"secretKeys":[]}';
  }
}

/** The small runtime of the sandbox's own tests, from the sources of the checkout that this is run in. */
function buildRuntime(folder: string): string {
  const outfile = join(folder, 'testing.js');
  buildSync({
    entryPoints: [join(process.cwd(), 'libs/platform/sandbox/src/testing/build.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['esbuild'],
    logLevel: 'error',
  });
  // Built a moment ago: nothing that an import at the top could name.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const testing = require(outfile) as { writeMiniRuntime(folder: string): string };
  return testing.writeMiniRuntime(folder);
}

/** The sandbox's child, bundled from the sources of the checkout that this is run in. */
function buildChild(folder: string): string {
  const outfile = join(folder, 'child.js');
  const libs = join(process.cwd(), 'libs');
  buildSync({
    entryPoints: [join(libs, 'platform/sandbox/src/child/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    external: ['isolated-vm'],
    alias: { '@app/lang': join(libs, 'lang/src/embed.ts') },
    logLevel: 'error',
  });
  return outfile;
}

@Global()
@Module({})
class BenchModule {
  static forRoot(serving: Serving): DynamicModule {
    // Beside the compiled files: the child finds isolated-vm from there.
    const folder = mkdtempSync(join(__dirname, 'child-'));
    const pool = new ChildPool(
      poolSettings({
        childPath: buildChild(folder),
        runtimePath: buildRuntime(folder),
        children: 1,
        memoryMb: 256,
        idleMs: 60_000,
        isolateOrgs: false,
      }),
    );
    return {
      module: BenchModule,
      imports: [
        ConfigModule.forRoot(process.env),
        DatabaseModule,
        RedisModule,
        LiveModule,
        QueueModule.forRoot([eventTickets]),
        DispatchModule,
        RunsWorkerModule,
      ],
      providers: [
        { provide: Serving, useValue: serving },
        { provide: SANDBOX, useValue: pool },
      ],
      exports: [Serving, SANDBOX],
    };
  }
}

async function main(): Promise<void> {
  const { BENCH_ORG: orgId = '', BENCH_ENV: envId = '' } = process.env;
  const serving = new BenchServing(orgId, envId);
  const app = await NestFactory.createApplicationContext(BenchModule.forRoot(serving), {
    logger: ['error', 'warn'],
  });
  await app.get(RedisConnections).whenUp(2_000);
  await app.get(WorkerLease).start(['events']);
  app.get(EventConsumer).start();
  app.get(Sweeper).start();
  profiled('worker');
  process.send?.({ type: 'ready' });
  process.on('disconnect', () => process.exit(0));
}

void main();
