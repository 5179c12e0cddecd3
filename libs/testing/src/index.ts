export { ContainerEngine, type ContainerCreation } from './container-engine';
export { useBundle } from './bundle';
export { dropDatabase, emptyDatabase, freshDatabase, workerDatabase, type TestDatabase } from './database';
export { eventually, type EventuallyOptions } from './eventually';
export { foundOverlaps, watchForOverlaps } from './overlaps';
export { workerRedis, type TestRedis } from './redis';
export { useDatabase, useRedis } from './use';
