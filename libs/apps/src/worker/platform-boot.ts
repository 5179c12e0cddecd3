/**
 * What a worker does before it takes its lease. The first one while no other lives begins a new life of the platform:
 * disabled apps that somebody had started end with the former one, and what has functions that prepare it is loaded anew.
 * Every worker gives builds another try that failed to
 * load and left nothing serving; after three in vain they are left to people.
 */
import { DeploymentRepository, DeployService } from '@app/builds';
import { Db } from '@app/platform/database';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { hostname } from 'node:os';
import { BootRepository, type LiveWorker } from './boot.repository';

@Injectable()
export class PlatformBoot implements OnApplicationBootstrap {
  private readonly log = new Logger(PlatformBoot.name);

  constructor(
    private readonly db: Db,
    private readonly boots: BootRepository,
    private readonly deployments: DeploymentRepository,
    private readonly deploys: DeployService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const began = await this.db.tx(async () => {
      await this.boots.lock();
      const isFirst = !(await this.boots.liveWorkers()).some(isAlive);
      if (isFirst) await this.boots.beginLife();
      const reloaded = isFirst ? await this.reload() : 0;
      return { isFirst, reloaded, recovered: await this.boots.recover() };
    });
    this.log.log({ event: 'platform.boot', ...began });
  }

  /** Events that come meanwhile wait, as with a reload. */
  private async reload(): Promise<number> {
    const serving = await this.boots.toInitialize();
    for (const { env_id: envId, project_id: projectId, build_id: buildId } of serving) {
      if ((await this.deployments.lockProject({ envId }, projectId)) === undefined) continue;
      await this.deployments.stopServing({ envId }, projectId);
      await this.deploys.requestWithin(projectId, buildId);
    }
    return serving.length;
  }
}

/**
 * The lease of a killed worker lives on for a while. On this machine we know better: its process is gone, or has our
 * number, which a container gives to each of its lives.
 */
function isAlive({ host, pid }: LiveWorker): boolean {
  if (host !== hostname()) return true;
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'; // it may belong to somebody else
  }
}
