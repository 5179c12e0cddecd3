import { EnvMemory, whenKnown, type Soon } from '@app/builds';
import { Clock } from '@app/kernel';
import { DbNotices } from '@app/platform/database';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ToolRepository, type ServingTool } from './tool.repository';

interface Services {
  readonly revision: number;
  /** By service, then by name. */
  readonly tools: ReadonlyMap<string, ReadonlyMap<string, ServingTool>>;
}

const NONE: ReadonlyMap<string, ServingTool> = new Map();

/** The tools that serve, in memory. */
@Injectable()
export class ToolCatalogue implements OnModuleInit {
  private readonly envs: EnvMemory<Services>;

  constructor(
    private readonly tools: ToolRepository,
    notices: DbNotices,
    clock: Clock,
  ) {
    this.envs = new EnvMemory(
      { revision: (envId) => tools.revision(envId), read: (envId) => this.read(envId) },
      notices,
      clock,
    );
  }

  onModuleInit(): void {
    this.envs.listen();
  }

  /** By name, in the order of names. Of two of one name that of the latest build. */
  ofService(envId: string, service: string): Soon<ReadonlyMap<string, ServingTool>> {
    return whenKnown(this.envs.get(envId), (services) => services?.tools.get(service) ?? NONE);
  }

  private async read(envId: string): Promise<Services | null> {
    const revision = await this.tools.revision(envId);
    if (revision === undefined) return null;
    const serving = await this.tools.serving(envId);
    const tools = new Map<string, ReadonlyMap<string, ServingTool>>();
    for (const [service, all] of Map.groupBy(serving, (one) => one.service)) {
      const latest = new Map<string, ServingTool>();
      for (const tool of all) if (!latest.has(tool.name)) latest.set(tool.name, tool);
      tools.set(service, new Map([...latest].sort(([a], [b]) => (a < b ? -1 : 1))));
    }
    return { revision, tools };
  }
}
