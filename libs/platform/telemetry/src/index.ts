export { JsonLogger } from './json-logger';
export { redact } from './redact';
export { LOG_LEVELS, telemetryConfig, type LogLevel, type TelemetryConfig } from './telemetry.config';
