/** Raw calls of the Hot API: tests look at status, headers and bytes, not at a client's view of them. */
export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: T;
}

export interface CallOptions {
  readonly method?: string;
  readonly key?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function call<T = unknown>(
  base: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer<T>> {
  const headers: Record<string, string> = { ...options.headers };
  if (options.key !== undefined && options.key !== null) headers['authorization'] = `Bearer ${options.key}`;
  const isRaw = typeof options.body === 'string' || options.body instanceof FormData;
  if (options.body !== undefined && !(options.body instanceof FormData))
    headers['content-type'] ??= 'application/json';
  const response = await fetch(base + path, {
    method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
    headers,
    ...(options.body === undefined
      ? {}
      : { body: isRaw ? (options.body as string | FormData) : JSON.stringify(options.body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) as T };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export interface Run {
  readonly run_id: string;
  readonly event_id: string;
  readonly stream_id: string;
  readonly origin_run_id: string | null;
  readonly run_type: string;
  readonly status: string;
  readonly result: unknown;
  readonly retry_attempt: number;
  readonly stop_time: string | null;
}

export interface SseMessage {
  readonly type: string;
  readonly run?: Run;
  readonly event_id?: string;
  readonly stream_id?: string;
  readonly data_type?: string;
  readonly payload?: unknown;
}

/** One open subscription. Keeps the raw bytes as well, for tests of the framing. */
export class SseReader {
  readonly messages: SseMessage[] = [];
  raw = '';
  ended = false;
  private wake: () => void = () => undefined;

  private constructor(
    readonly response: Response,
    private readonly abort: AbortController,
  ) {}

  static async open(base: string, path: string, key: string, body?: unknown): Promise<SseReader> {
    const abort = new AbortController();
    const response = await fetch(base + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: abort.signal,
    });
    if (response.status !== 200)
      throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    const reader = new SseReader(response, abort);
    void reader.pump();
    return reader;
  }

  /** Waits until a message fits; fails loudly with what came instead. */
  async until(fits: (message: SseMessage) => boolean, withinMs = 10_000): Promise<SseMessage> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const found = this.messages.find(fits);
      if (found !== undefined) return found;
      const left = deadline - performance.now();
      if (left <= 0 || this.ended) {
        throw new Error(
          `Nothing fitting came; what came: ${this.messages.map((each) => each.type).join(', ')}`,
        );
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        setTimeout(resolve, Math.min(left, 250));
      });
    }
  }

  close(): void {
    this.abort.abort();
  }

  private async pump(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for await (const chunk of this.response.body ?? []) {
        const text = decoder.decode(chunk, { stream: true });
        this.raw += text;
        rest += text;
        for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
          this.take(rest.slice(0, end));
          rest = rest.slice(end + 2);
        }
        this.wake();
      }
    } catch {
      // Closed by the test or by a platform that was killed on purpose; `ended` tells.
    }
    this.ended = true;
    this.wake();
  }

  private take(block: string): void {
    const data = block.split('\n').find((line) => line.startsWith('data: '));
    if (data !== undefined) this.messages.push(JSON.parse(data.slice(6)) as SseMessage);
  }
}
