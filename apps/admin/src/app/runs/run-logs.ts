import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import {
  LOG_STREAMS,
  type LiveRun,
  type LogLine,
  type LogStream,
  type RunLogs as Logs,
  type Single,
} from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { SearchBox } from '@app/admin-ui/filter';
import { CopyButton, formatBytes, formatCount, plural } from '@app/admin-ui/format';
import { refreshOn } from '@app/admin-ui/live';
import { Scope } from '@app/admin-ui/session';
import { EmptyState, ErrorState, Skeleton } from '@app/admin-ui/states';
import { plainText } from './ansi';

const PAGE = 1_000;
const MOST = 10_000;

/** What a run printed. */
@Component({
  selector: 'hp-run-logs',
  imports: [CopyButton, EmptyState, ErrorState, SearchBox, Skeleton],
  templateUrl: './run-logs.html',
  styleUrl: './run-logs.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RunLogs {
  readonly runId = input.required<string>();
  readonly running = input(false);
  private readonly scope = inject(Scope);

  protected readonly streams = LOG_STREAMS;
  protected readonly text = signal('');
  protected readonly stream = signal<LogStream | ''>('');
  private readonly limit = signal(PAGE);
  protected readonly logs = fetched<Single<Logs>>(
    () => {
      const base = this.scope.api();
      if (base === undefined) return undefined;
      const query = { stream: this.stream(), q: this.text(), limit: this.limit() };
      return withQuery(`${base}/runs/${encodeURIComponent(this.runId())}/logs`, query);
    },
    { keep: true },
  );
  protected readonly lines = computed(() => (this.logs.value()?.data.lines ?? []).map(shown));
  protected readonly filtered = computed(() => this.text() !== '' || this.stream() !== '');
  /** All that is shown, for the clipboard. */
  protected readonly whole = computed(() =>
    this.lines()
      .map((line) => line.text)
      .join('\n'),
  );
  protected readonly canShowMore = computed(() => {
    const total = this.logs.value()?.data.total ?? 0;
    return total > this.lines().length && this.limit() < MOST;
  });
  protected readonly formatBytes = formatBytes;
  protected readonly formatCount = formatCount;
  protected readonly plural = plural;

  constructor() {
    refreshOn(
      ['run:stop', 'run:fail', 'run:cancel'],
      () => this.logs.reload(),
      (message) => (message.data as LiveRun).run_id === this.runId(),
    );
  }

  protected search(text: string): void {
    this.text.set(text);
    this.limit.set(PAGE);
  }

  protected choose(event: Event): void {
    const value = event.target instanceof HTMLSelectElement ? event.target.value : '';
    this.stream.set(LOG_STREAMS.find((one) => one === value) ?? '');
    this.limit.set(PAGE);
  }

  protected more(): void {
    this.limit.update((limit) => Math.min(MOST, limit * 4));
  }
}

interface ShownLine {
  /** `14:03:09.120`, in the viewer's zone. */
  readonly time: string;
  readonly at: string;
  readonly isError: boolean;
  readonly text: string;
}

const CLOCK = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

function shown({ at, stream, text }: LogLine): ShownLine {
  return { time: CLOCK.format(new Date(at)), at, isError: stream === 'stderr', text: plainText(text) };
}
