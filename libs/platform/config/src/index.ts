export { ConfigModule } from './config.module';
export { processConfig, type ProcessConfig } from './process.config';
export {
  ConfigError,
  declaredSlices,
  defineConfig,
  parseSlice,
  parseSlices,
  variable,
  type ConfigOf,
  type ConfigSlice,
  type Environment,
  type Variable,
} from './slice';
export { choice, duration, flag, integer, list, optionalText, port, requiredText, text } from './values';
