export { OrgsApiModule } from './orgs-api.module';
