export { AppLifecycleService, type ActionOptions, type ActionOutcome } from './app-lifecycle.service';
export { APP_STATES, type AppStateName } from './app-state';
export { MAX_RECOVERIES, type AppView } from './app.queries';
export { AppsModule } from './apps.module';
