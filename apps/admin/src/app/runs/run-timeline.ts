import { ChangeDetectionStrategy, Component, input, linkedSignal } from '@angular/core';
import type { Single, Trace } from '@app/contracts';
import type { Fetched } from '@app/admin-ui/data';
import { formatCount } from '@app/admin-ui/format';
import { EmptyState, ErrorState, Skeleton } from '@app/admin-ui/states';
import { text, urlState } from '@app/admin-ui/url';
import { CallInspector } from './trace/call-inspector';
import { TraceView } from './trace/trace-view';

/** The calls of a run in time; the chosen one is in the address. */
@Component({
  selector: 'hp-run-timeline',
  imports: [CallInspector, EmptyState, ErrorState, Skeleton, TraceView],
  templateUrl: './run-timeline.html',
  styleUrl: './run-timeline.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RunTimeline {
  readonly trace = input.required<Fetched<Single<Trace>>>();
  /** Of the run; null while it goes on. */
  readonly duration = input.required<number | null>();
  /** Where the values of single calls are. */
  readonly calls = input.required<string | undefined>();

  protected readonly url = urlState({ sel: text() });
  protected readonly selected = linkedSignal(() => {
    const match = /^call:(\d{1,7})$/.exec(this.url.values().sel);
    return match === null ? -1 : Number(match[1]);
  });
  protected readonly formatCount = formatCount;

  protected select(call: number): void {
    this.selected.set(call);
    this.url.set({ sel: call < 0 ? '' : `call:${call}` }, { replace: true });
  }
}
