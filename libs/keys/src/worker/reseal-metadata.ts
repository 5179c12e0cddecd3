/** Metadata of service keys, after a change of the master key. */
import { ServiceKeyMetadata, ServiceKeyRepository, type StaleMetadata } from '@app/keys';
import { Resealer } from '@app/platform/crypto';
import { Db } from '@app/platform/database';
import { Injectable } from '@nestjs/common';

@Injectable()
export class ResealMetadata extends Resealer<StaleMetadata> {
  constructor(
    db: Db,
    private readonly keys: ServiceKeyRepository,
    private readonly metadata: ServiceKeyMetadata,
  ) {
    super(db, 'service_keys');
  }

  protected currentVersion(): string | null {
    return this.metadata.currentVersion;
  }

  protected stale(version: string, afterId: string, limit: number): Promise<readonly StaleMetadata[]> {
    return this.keys.staleAcrossTenants(version, afterId, limit);
  }

  protected idOf(row: StaleMetadata): string {
    return row.service_key_id;
  }

  protected async reseal({ service_key_id: id, org_id, env_id, metadata }: StaleMetadata): Promise<void> {
    const scope = { orgId: org_id, envId: env_id };
    await this.keys.reseal(id, this.metadata.seal(scope, id, this.metadata.open(scope, id, metadata)));
  }
}
