/** Values of context variables, after a change of the master key. */
import { ContextRepository, ContextSecrets, type StaleVariable } from '@app/context';
import { Resealer } from '@app/platform/crypto';
import { Db } from '@app/platform/database';
import { Injectable } from '@nestjs/common';

@Injectable()
export class Reseal extends Resealer<StaleVariable> {
  constructor(
    db: Db,
    private readonly rows: ContextRepository,
    private readonly secrets: ContextSecrets,
  ) {
    super(db, 'context');
  }

  protected currentVersion(): string | null {
    return this.secrets.currentVersion;
  }

  protected stale(version: string, afterId: string, limit: number): Promise<readonly StaleVariable[]> {
    return this.rows.staleAcrossTenants(version, afterId, limit);
  }

  protected idOf(row: StaleVariable): string {
    return row.context_id;
  }

  protected async reseal({ context_id: id, org_id, env_id, value }: StaleVariable): Promise<void> {
    const scope = { orgId: org_id, envId: env_id };
    await this.rows.reseal(id, this.secrets.sealJson(scope, id, this.secrets.openJson(scope, id, value)));
  }
}
