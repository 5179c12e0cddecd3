export { TasksApiModule } from './tasks-api.module';
