export { RunsApiModule } from './runs-api.module';
