export { Health, ReadyCheck, type Readiness } from './health';
export { HealthModule } from './health.module';
export { HealthServer } from './health-server';
export { installHealth, processGauges } from './install-health';
