import { timingSafeEqual } from 'node:crypto';
import { EnvMemory, whenKnown, type Soon } from '@app/builds';
import { Clock } from '@app/kernel';
import { DbNotices } from '@app/platform/database';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { placeOf, tokenOf, type AskedAddress } from './webhook-address';
import { WebhookRepository, type ServingWebhook } from './webhook.repository';

interface Addresses {
  readonly revision: number;
  readonly byPlace: ReadonlyMap<string, readonly ServingWebhook[]>;
}

/** Compared with when there is nothing at an address, which must not be told by how long it takes. */
const NOBODY = '000000000000';

/** The addresses that serve, in memory. */
@Injectable()
export class WebhookCatalogue implements OnModuleInit {
  private readonly envs: EnvMemory<Addresses>;

  constructor(
    private readonly webhooks: WebhookRepository,
    notices: DbNotices,
    clock: Clock,
  ) {
    this.envs = new EnvMemory(
      { revision: (envId) => webhooks.revision(envId), read: (envId) => this.read(envId) },
      notices,
      clock,
    );
  }

  onModuleInit(): void {
    this.envs.listen();
  }

  /** Null when nothing serves there, whatever the reason. */
  find(envId: string, method: string, asked: AskedAddress): Soon<ServingWebhook | null> {
    return whenKnown(this.envs.get(envId), (addresses) => {
      const candidates = addresses?.byPlace.get(`${method} ${asked.place}`) ?? [];
      let found: ServingWebhook | null = null;
      if (candidates.length === 0) isToken(asked.token, NOBODY);
      for (const candidate of candidates) {
        if (isToken(asked.token, tokenOf(candidate.webhookId))) found ??= candidate;
      }
      return found;
    });
  }

  private async read(envId: string): Promise<Addresses | null> {
    const revision = await this.webhooks.revision(envId);
    if (revision === undefined) return null;
    const serving = await this.webhooks.serving(envId);
    return { revision, byPlace: Map.groupBy(serving, (one) => `${one.method} ${placeOf(one)}`) };
  }
}

function isToken(asked: string, token: string): boolean {
  const [a, b] = [Buffer.from(asked), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
