export { EventCommands, requireEventPermission, type Publisher, type PublishOptions } from './event-commands';
export { EventReads } from './event.queries';
export type { EventView } from './event.view';
export { EventsModule } from './events.module';
export { cut, MAX_JSON_DEPTH, scanJson, type JsonScan, type Span } from './json-scan';
export { checkEventType, readPublishBody, type PublishBody } from './publish-body';
