import type { ProgramCompiler } from '@app/builds';
import type { Environment } from '@app/platform/config';
import type { INestApplicationContext, LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Worker } from './worker';
import { WorkerModule } from './worker.module';

export interface WorkerApp {
  readonly app: INestApplicationContext;
  readonly worker: Worker;
}

/** A worker, complete but not yet started: `worker.start()` takes its lease and begins. Closing `app` drains it. */
export async function createWorker(
  environment: Environment,
  compiler: Type<ProgramCompiler>,
  logger: LoggerService | false,
): Promise<WorkerApp> {
  const app = await NestFactory.createApplicationContext(WorkerModule.forRoot(environment, compiler), {
    logger,
    abortOnError: false,
  });
  return { app, worker: app.get(Worker) };
}
