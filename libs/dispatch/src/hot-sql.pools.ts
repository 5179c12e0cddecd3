import { databaseConfig, type DatabaseConfig } from '@app/platform/database';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { dispatchConfig, type DispatchConfig } from './dispatch.config';
import { HotSql, type HotSqlOptions } from './hot-sql';

/** The hot path's connections of this process. Opened on first use: an HTTP process never opens those of claims. */
@Injectable()
export class HotSqlPools implements OnApplicationShutdown {
  /** For accepting events and for outcomes. */
  readonly durable: HotSql;
  /** For claims and starts, whose loss means "deliver again". */
  readonly relaxed: HotSql;
  /** For leases and sweeps. */
  readonly scanning: HotSql;

  constructor(
    @Inject(databaseConfig.token) database: DatabaseConfig,
    @Inject(dispatchConfig.token) dispatch: DispatchConfig,
  ) {
    const open = (options: Pick<HotSqlOptions, 'durability' | 'planner' | 'maxConnections'>) =>
      new HotSql({ ...database, ...options });
    this.durable = open({
      durability: 'durable',
      planner: 'keyed',
      maxConnections: dispatch.durableConnections,
    });
    this.relaxed = open({
      durability: 'relaxed',
      planner: 'keyed',
      maxConnections: dispatch.relaxedConnections,
    });
    this.scanning = open({ durability: 'relaxed', planner: 'scanning', maxConnections: 2 });
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.durable.close(), this.relaxed.close(), this.scanning.close()]);
  }
}
