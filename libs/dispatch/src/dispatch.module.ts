import { BlobsModule } from '@app/blobs';
import { Global, Module } from '@nestjs/common';
import { CounterSlots } from './counter-slots';
import { DeadLetters } from './dead-letters.repository';
import { EventAcceptor } from './event-acceptor';
import { HotSqlPools } from './hot-sql.pools';
import { StreamTotals } from './stream-totals';
import { TaskTicketSender, TicketSender } from './ticket-sender';

/** What every process needs that publishes events or reads live work. */
@Global()
@Module({
  imports: [BlobsModule],
  providers: [
    HotSqlPools,
    CounterSlots,
    StreamTotals,
    TicketSender,
    TaskTicketSender,
    EventAcceptor,
    DeadLetters,
  ],
  exports: [
    HotSqlPools,
    CounterSlots,
    StreamTotals,
    TicketSender,
    TaskTicketSender,
    EventAcceptor,
    DeadLetters,
  ],
})
export class DispatchModule {}
