import { newId } from '@app/kernel';
import { decodeTicket, encodeTicket, eventTickets, MAX_TICKET_ROWS, type TicketRow } from './ticket';

describe('tickets', () => {
  it('come back as they went', () => {
    const envId = newId();
    const rows: TicketRow[] = [
      { dispatchId: newId(), hint: { envId, eventType: 'order:placed' }, isRetry: false },
      { dispatchId: newId(), hint: null, isRetry: true },
      { dispatchId: newId(), hint: { envId, eventType: 'order:placed' }, isRetry: false },
      { dispatchId: newId(), hint: null, isRetry: false },
      { dispatchId: newId(), hint: { envId: newId(), eventType: 'order:placed' }, isRetry: false },
      {
        dispatchId: newId(),
        hint: { envId, eventType: 'hot:call', call: { buildId: newId(), fn: '::a/b' } },
        isRetry: false,
      },
    ];
    const sent = eventTickets.payload.parse(JSON.parse(JSON.stringify(encodeTicket(rows))));
    expect(decodeTicket(sent)).toEqual(rows);
    expect(sent.h).toHaveLength(3); // each that differs, once
  });

  it('stay below 2 KiB when full', () => {
    const hint = { envId: newId(), eventType: 'order:placed' };
    const rows = Array.from({ length: MAX_TICKET_ROWS }, () => ({
      dispatchId: newId(),
      hint,
      isRetry: false,
    }));
    expect(JSON.stringify(encodeTicket(rows)).length).toBeLessThan(2_048);
  });
});
