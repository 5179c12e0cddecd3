export { DispatchWorkerModule } from './dispatch-worker.module';
export { RunClaimer } from '../run-claimer';
export { RunSlots } from '../run-slots';
export { RunSettler } from '../run-settler';
export { Sweeper, type SweepListener } from '../sweeper';
export { WorkerLease, type LeaseListener } from '../worker-lease';
