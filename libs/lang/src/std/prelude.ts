/** The part of the library that is written in the language itself: its types. */
import { DATA_TYPES } from './prelude/data';
import { HOSTED_TYPES } from './prelude/hosted';
import { TIME_TYPES } from './prelude/time';

export const PRELUDE_NAME = 'hot-std.hot';

export const PRELUDE = `${TIME_TYPES}${DATA_TYPES}${HOSTED_TYPES}
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

::hot::meta ns
Source type { file: Str?, line: Int?, column: Int?, position: Int? }
`;
