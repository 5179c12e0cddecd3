export { BullWorkQueue } from './bull-work-queue';
export { MemoryWorkQueue } from './memory-work-queue';
export { InjectWorkQueue, QueueModule, workQueueToken } from './queue.module';
export {
  defineQueue,
  WorkQueue,
  type AddOptions,
  type QueueCounts,
  type QueueDefinition,
  type QueueHandler,
} from './work-queue';
