export { DomainsApiModule } from './domains-api.module';
