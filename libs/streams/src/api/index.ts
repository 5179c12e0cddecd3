export { StreamsApiModule } from './streams-api.module';
