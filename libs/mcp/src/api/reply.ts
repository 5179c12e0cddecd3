import { AppError } from '@app/kernel';
import { CODES, errorText } from './json-rpc';

/** Where messages go that come one after the other. */
export interface Playing {
  /** Nothing can be refused any more: told before the first message. */
  begin(): void;
  send(message: string): void;
}

export interface JsonReply {
  readonly kind: 'json';
  readonly status: number;
  readonly text: string;
}

export type Reply =
  /** Nothing to say: it was a notification. */
  | { readonly kind: 'accepted' }
  | JsonReply
  /** The last message is the answer. */
  | { readonly kind: 'messages'; readonly id: string; readonly play: (to: Playing) => Promise<void> };

export function json(status: number, text: string): JsonReply {
  return { kind: 'json', status, text };
}

/** Where no envelope can be sent any more. @param id JSON text */
export function rpcErrorOf(id: string, error: unknown): string {
  const message = error instanceof AppError && error.kind !== 'internal' ? error.message : 'Internal error';
  return errorText(id, CODES.internal, message);
}
