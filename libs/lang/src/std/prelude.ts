/** The part of the library that is types and small functions: written in the language itself. */
export const PRELUDE = `
::hot::type ns
Result meta ["core"] enum { Ok(Any), Err(Any) }
OnErr meta ["core"] enum { Force, Preserve }
All meta ["core"] type { value: Vec | Map }
::hot::coll ns
Reduced meta ["core"] type { value: Any }
::hot::run ns
Failure meta ["core"] type { msg: Str?, err: Any }
Cancellation meta ["core"] type { msg: Str?, data: Any }
Run type { id: Str?, type: Str?, status: Str?, start-time: Any, retry-attempt: Int?, max-retries: Int?, retry-delay: Int?, origin-run-id: Str? }
::hot::event ns
Event type { type: Str, data: Any } fn (event-type: Str, event-data: Any): Event { Event({type: event-type, data: event-data}) }
`;
