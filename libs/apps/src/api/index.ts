export { AppsApiModule } from './apps-api.module';
