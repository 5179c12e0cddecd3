export { DomainSweep } from './domain-sweep';
export { DomainsWorkerModule } from './domains-worker.module';
