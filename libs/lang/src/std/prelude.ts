/** The part of the library that is written in the language itself: its types. */
import { DATA_TYPES } from './prelude/data';
import { TIME_TYPES } from './prelude/time';

export const PRELUDE_NAME = 'hot-std.hot';

export const PRELUDE = `${TIME_TYPES}${DATA_TYPES}
::hot::type ns
Result meta {core: true, doc: "The outcome of what may fail."} enum { Ok(Any), Err(Any) }
OnErr meta {core: true, doc: "What becomes of Errs that callbacks give."} enum { Force, Preserve }
All meta {core: true, doc: "Marks flows that collect all their values."} type { value: Vec | Map }

::hot::coll ns
Reduced meta {core: true} type { value: Any }

::hot::exec ns
Failure meta {core: true} type { msg: Str, err: Any }
Cancellation meta {core: true} type { msg: Str, data: Any }

::hot::test ns
empty-test-counter {passed: 0, failed: 0, total: 0}

::hot::iter ns
Next meta {core: true} type { value: Any, done: Bool }

::hot::stream ns
Stream type { id: Any }

::hot::info ns
User type { id: Any? }
Org type { id: Any?, slug: Str? }
Project type { id: Any?, name: Str? }
Build type { id: Any?, hash: Str? }
Env type { id: Any?, name: Str? }
Version type { version: Str, git-sha: Str }

::hot::run ns
Failure type { msg: Str, err: Any }
Cancellation type { msg: Str, data: Any }
Run type { id: Any, type: Str, status: Str, start-time: Any, retry-attempt: Int, max-retries: Int, retry-delay: Int, origin-run-id: Any? }
RunInfo type { run: Run, stream: ::hot::stream/Stream, build: ::hot::info/Build, project: ::hot::info/Project, env: ::hot::info/Env, user: ::hot::info/User, org: ::hot::info/Org }

::hot::event ns
Event type { type: Str, data: Any } fn (event-type: Str, event-data: Any): Event { Event({type: event-type, data: event-data}) }
EventDetail type { id: Any, type: Str, time: Any }
EventInfo type { event: EventDetail, stream: ::hot::stream/Stream, env: ::hot::info/Env }

::hot::meta ns
Source type { file: Str?, line: Int?, column: Int?, position: Int? }
`;
