/** An event as others see it. */
export interface EventView {
  readonly eventId: string;
  readonly envId: string;
  readonly streamId: string;
  readonly eventType: string;
  /** JSON text, to the letter. */
  readonly eventData: string;
  /** Secrets that the data hides, for a copy of the event to take along; null when it hides none. */
  readonly sealed: string | null;
  readonly eventTimeMs: number;
}
