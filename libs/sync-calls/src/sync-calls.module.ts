import { AccessModule } from '@app/access';
import { ServiceKeysModule } from '@app/keys';
import { CryptoModule } from '@app/platform/crypto';
import { PlansModule } from '@app/plans';
import { EventSeals, RunsModule } from '@app/runs';
import { StreamHubModule } from '@app/streams';
import { Module } from '@nestjs/common';
import { Callers } from './callers';
import { PublicBudget } from './public-budget';
import { PublicEnvs } from './public-envs';
import { PublicGate } from './public-gate';
import { SyncCalls } from './sync-calls';

/** For processes that serve public addresses. */
@Module({
  imports: [AccessModule, PlansModule, ServiceKeysModule, CryptoModule, RunsModule, StreamHubModule],
  providers: [EventSeals, PublicBudget, PublicEnvs, PublicGate, Callers, SyncCalls],
  exports: [PublicBudget, PublicEnvs, PublicGate, Callers, SyncCalls],
})
export class SyncCallsModule {}
