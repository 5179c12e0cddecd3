export { BuildsApiModule } from './builds-api.module';
