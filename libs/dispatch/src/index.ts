export { type StreamMode } from './accept.repository';
export { CounterSlots } from './counter-slots';
export { type ClaimedRow, type ClaimRoute } from './claim.repository';
export { DeadLetters, type DeadLetter } from './dead-letters.repository';
export { dispatchConfig, type DispatchConfig } from './dispatch.config';
export { DispatchModule } from './dispatch.module';
export { EventAcceptor, type AcceptedEvent, type EventRouting, type NewEvent } from './event-acceptor';
export { GroupWriter, type GroupWriterOptions } from './group-writer';
export { cancelWaiting, LEASE_LIVES } from './history.sql';
export { HotSql } from './hot-sql';
export { HotSqlPools } from './hot-sql.pools';
export {
  decodeStreamNotice,
  encodeStreamNotice,
  ENV_NOTICE_TYPES,
  envChannel,
  MAX_RESULT_IN_NOTICE,
  streamChannel,
  TASKS_CHANNEL,
  workerChannel,
  type EnvNoticeType,
  type RunHead,
  type StreamNotice,
  type WorkerNotice,
} from './notices';
export { isRowsFault, refusalOf } from './refusal';
export { readRestarts, withRestart, type Restart } from './restarts';
export {
  BACKOFFS,
  DEFAULT_RETRY_LIMITS,
  hasAttemptsLeft,
  readRetryPolicy,
  retryDelayMs,
  type Backoff,
  type RetryLimits,
  type RetryPolicy,
} from './retry-policy';
export {
  type EndedRun,
  type FinishedRun,
  type SiblingRow,
  type StartedRow,
  type TraceSegment,
  type WaitingRun,
} from './settle.repository';
export {
  DISPATCH_KINDS,
  DISPATCH_STATES,
  EVENT_SOURCES,
  FIRST_TICKET_GRACE_MS,
  isRunStatusName,
  isRunTypeName,
  MAX_DELIVERIES,
  MAX_TASK_DELIVERIES,
  RUN_STATUSES,
  RUN_TYPES,
  runStatusName,
  runTypeName,
  type EventSource,
  type RunStatusId,
  type RunStatusName,
  type RunTypeId,
  type RunTypeName,
} from './states';
export { StreamTotals } from './stream-totals';
export { type Sweep, type SweepTicket, type SweptRun } from './sweep.repository';
export {
  decodeTicket,
  encodeTicket,
  eventTickets,
  MAX_TICKET_ROWS,
  taskTickets,
  type Ticket,
  type TicketRow,
} from './ticket';
export { TaskTicketSender, TicketSender } from './ticket-sender';
export { Verifier, type CounterDifference, type EventBalance, type Verification } from './verify';
