import { DispatchWorkerModule } from '@app/dispatch/worker';
import { DomainsModule } from '@app/domains';
import { Module } from '@nestjs/common';
import { DomainSweep } from './domain-sweep';

@Module({ imports: [DomainsModule, DispatchWorkerModule], providers: [DomainSweep], exports: [DomainSweep] })
export class DomainsWorkerModule {}
