/** Types of the namespaces that reach the outside. */
export const HOSTED_TYPES = `
::hot::stream ns
Stream type { id: Uuid }

::hot::info ns
User type { id: Uuid? }
Org type { id: Uuid?, slug: Str? }
Project type { id: Uuid?, name: Str? }
Build type { id: Uuid?, hash: Str? }
Env type { id: Uuid?, name: Str? }
Version type { version: Str, git-sha: Str }

::hot::run ns
Failure type { msg: Str, err: Any }
Cancellation type { msg: Str, data: Any }
Run type { id: Uuid, type: Str, status: Str, start-time: ::hot::time/Instant, retry-attempt: Int, max-retries: Int, retry-delay: Int, origin-run-id: Uuid? }
RunInfo type { run: Run, stream: ::hot::stream/Stream, build: ::hot::info/Build, project: ::hot::info/Project, env: ::hot::info/Env, user: ::hot::info/User, org: ::hot::info/Org }

::hot::event ns
Event meta {doc: "What is sent: a type and data."} type { type: Str, data: Any } fn (event-type: Str, event-data: Any): Event { Event({type: event-type, data: event-data}) }
EventDetail type { id: Uuid, type: Str, time: ::hot::time/Instant }
EventInfo type { event: EventDetail, stream: ::hot::stream/Stream, env: ::hot::info/Env }

::hot::alert ns
Alert meta {doc: "What is raised on a channel."} type { channel: Str, data: Map } fn (channel: Str, data: Map): Alert { Alert({channel, data}) }

::hot::http ns
HttpMethod type open "GET" | "POST" | "PUT" | "DELETE" | "PATCH" | "HEAD" | "OPTIONS"
StreamFormat type open "sse" | "ndjson" | "raw"
HttpRequest meta {doc: "A request: one to be sent, or one that a webhook received."} type { method: Str, url: Str, original-url: Str?, headers: Map<Str, Str>?, query: Map?, body: Any?, body-raw: Str?, body-bytes: Bytes?, ip: Str?, auth: Map? }
HttpResponse meta {doc: "A response: one that came, or one that a webhook gives."} type { status: Int, headers: Map<Str, Str>?, body: Any?, body-bytes: Bytes? }
StreamingHttpResponse meta {doc: "A response whose body is an Iter."} type { status: Int, headers: Map<Str, Str>, body: Any }

::hot::store ns
Embedding meta {core: true, doc: "How the texts of a store are embedded."} type { provider: Str?, model: Str?, dimensions: Int?, field: Str?, text-search: Bool?, embed-fn: Fn?, embed-batch-fn: Fn?, on-error: Str? }
EmbeddingOptions meta {core: true} enum { Off, Default, Embedding(Embedding) }
Embedding -> EmbeddingOptions.Embedding
Map meta {doc: "A persistent ordered map, by its name."} type { name: Str, embedding: EmbeddingOptions? } fn (options: ::hot::type/Map): Map { ::hot::internal::store/make(options) }

::hot::task ns
TaskOptions type { timeout: Int?, type: Str?, retry: Int | Map? }
TaskInfo type { id: Str, stream: ::hot::stream/Stream, origin-run: ::hot::run/Run, data: Any? }
TaskResult type { id: Str, status: Str, exit-code: Int?, stdout: Str?, stderr: Str?, duration-ms: Int?, slot-wait-ms: Int?, image-pull-ms: Int?, execution-ms: Int?, logs-collect-ms: Int?, size: Str?, compute-units: Int?, cus-multiplier: Dec?, container-id: Str?, backend: Str?, result: Any? }
Failure type { msg: Str, err: Any }
Cancellation type { msg: Str, data: Any }

::hot::ws ns
WsOptions type { headers: Map<Str, Str>? }
WsConnection meta {doc: "An open WebSocket; messages is an Iter of what comes."} type { id: Str, messages: Any }

::hot::tcp ns
TcpOptions meta {doc: "Milliseconds, 0 for no limit; nodelay is true unless it says false."} type { timeout: Int?, nodelay: Bool? }
ReadOptions type { timeout: Int? }
TcpConnection type { id: Str, host: Str, port: Int, tls: Bool }

::hot::tls ns
TlsOptions meta {doc: "mode is verify-full or insecure."} type { server-name: Str?, mode: Str?, ca-pem: Str?, client-cert-pem: Str?, client-key-pem: Str? }

::hot::sqlite ns
Connection meta {doc: "An open database."} type { id: Str, path: Str, read-only: Bool }

::hot::resource ns
ResourceRef type { path: Str, hash: Str, size: Int }

::hot::box ns
BoxSize type "nano" | "micro" | "small" | "medium" | "large" | "xlarge" | "2xlarge" | "4xlarge"
BoxNetwork type "none" | "internet"
BoxMount type { resource: Str, dest: Str }
BoxConf meta {doc: "What a container runs, and in what."} type { image: Str, size: BoxSize?, cmd: Vec<Str>?, script: Str?, env: Map<Str, Str>?, timeout: Int?, network: BoxNetwork?, tmp-size: Int?, disk-size: Int?, memory: Int?, mounts: Vec<BoxMount> | Map? }
BoxSizeProfile type { name: BoxSize, memory-mb: Int, cpu-pct: Int, tmp-mb: Int, disk-mb: Int, timeout-secs: Int, cus-multiplier: Dec }
BoxQuota type { tasks-remaining: Int, minutes-remaining: Int, compute-units-remaining: Int, compute-units-used: Int, concurrent-remaining: Int, overage: Bool }
BoxLimits type { memory-mb: Int, cpu-pct: Int, tmp-mb: Int, disk-mb: Int, timeout-secs: Int, network: Bool }
BoxImagePolicy type { policy: Str, denied: Vec<Str>, denied-prefixes: Vec<Str> }
BoxStats type { enabled: Bool }
`;
