/**
 * A ticket names up to 64 rows of live work. Ids travel as 16 bytes each. A row's env and event type come along so that
 * the worker knows the handler before it claims and claims straight into a run; they are hints, which the claim checks.
 */
import { defineQueue } from '@app/platform/queue';
import { z } from 'zod';

export const MAX_TICKET_ROWS = 64;
const ID_BYTES = 16;

export interface TicketHint {
  readonly envId: string;
  readonly eventType: string;
  /** The function that an event `hot:call` calls, where that is known to be one of exactly this build. */
  readonly call?: CalledFunction;
}

export interface CalledFunction {
  readonly buildId: string;
  /** Qualified name. */
  readonly fn: string;
}

export interface TicketRow {
  readonly dispatchId: string;
  /** Null for rows that are not an event yet to be routed. */
  readonly hint: TicketHint | null;
  /** Waits in state 3: a claim of another kind. */
  readonly isRetry: boolean;
}

const ticketSchema = z.object({
  v: z.literal(1),
  /** Ids of rows, base64. */
  i: z.string(),
  /** Distinct hints: env id, event type; of calls build id and function as well. */
  h: z.array(
    z.union([z.tuple([z.string(), z.string()]), z.tuple([z.string(), z.string(), z.string(), z.string()])]),
  ),
  /** Per row: index of its hint, -1 for none, -2 for a retry. */
  r: z.array(z.number().int().min(-2)).max(MAX_TICKET_ROWS),
});

export type Ticket = z.infer<typeof ticketSchema>;

export const eventTickets = defineQueue<Ticket>({ name: 'event', payload: ticketSchema });
/** Tasks have workers' slots of their own: however many last long, events go on. */
export const taskTickets = defineQueue<Ticket>({ name: 'task', payload: ticketSchema });

export function encodeTicket(rows: readonly TicketRow[]): Ticket {
  const bytes = Buffer.allocUnsafe(rows.length * ID_BYTES);
  const hints: Ticket['h'] = [];
  const known = new Map<string, number>();
  const r = rows.map((row, index) => {
    bytes.write(row.dispatchId.replaceAll('-', ''), index * ID_BYTES, 'hex');
    if (row.isRetry) return -2;
    if (row.hint === null) return -1;
    const { envId, eventType, call } = row.hint;
    const key = `${envId}${call?.buildId ?? ''}${call?.fn ?? ''}${eventType}`;
    let at = known.get(key);
    if (at === undefined) {
      at =
        hints.push(call === undefined ? [envId, eventType] : [envId, eventType, call.buildId, call.fn]) - 1;
      known.set(key, at);
    }
    return at;
  });
  return { v: 1, i: bytes.toString('base64'), h: hints, r };
}

export function decodeTicket(ticket: Ticket): readonly TicketRow[] {
  const hex = Buffer.from(ticket.i, 'base64').toString('hex');
  return ticket.r.map((at, index) => {
    const id = hex.slice(index * 32, index * 32 + 32);
    const hint = at < 0 ? undefined : ticket.h[at];
    return {
      dispatchId: `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`,
      hint: hint === undefined ? null : hintOf(hint),
      isRetry: at === -2,
    };
  });
}

function hintOf([envId, eventType, buildId, fn]: Ticket['h'][number]): TicketHint {
  return buildId === undefined || fn === undefined
    ? { envId, eventType }
    : { envId, eventType, call: { buildId, fn } };
}
