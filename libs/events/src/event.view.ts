/** An event as others see it. */
export interface EventView {
  readonly eventId: string;
  readonly envId: string;
  readonly streamId: string;
  readonly eventType: string;
  /** JSON text, to the letter. */
  readonly eventData: string;
  readonly eventTimeMs: number;
}
