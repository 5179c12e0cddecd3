import { CdkFixedSizeVirtualScroll, CdkVirtualForOf, CdkVirtualScrollViewport } from '@angular/cdk/scrolling';
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  ElementRef,
  inject,
  input,
  linkedSignal,
  model,
  signal,
  viewChild,
} from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import type { Trace } from '@app/contracts';
import { formatFine, splitFunction } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { isTyping } from '@app/admin-ui/table';
import {
  ancestorsOf,
  durationOf,
  initiallyOpen,
  isError,
  isFiltering,
  nameOf,
  NO_FILTER,
  slowest,
  treeOf,
  visibleRows,
  type TraceTree,
} from './trace-model';
import { TraceMinimap } from './trace-minimap';
import { barOf, clampWindow, scaleTicks, type Bar, type TimeWindow } from './trace-window';

interface Line {
  readonly call: number;
  readonly depth: number;
  readonly namespace: string;
  readonly name: string;
  readonly flow: boolean;
  readonly branch: string | undefined;
  readonly children: number;
  readonly open: boolean;
  readonly error: boolean;
  /** Closed over something that failed. */
  readonly hidesError: boolean;
  readonly duration: string;
  readonly bar: Bar;
  readonly selfShare: number;
  /** Where the duration has room. */
  readonly timeAt: 'after' | 'before' | 'inside';
}

const ROW_PX = 26;

/** Every call of a run: on the left as a tree, on the right when and how long. Only the lines in view exist. */
@Component({
  selector: 'hp-trace',
  imports: [
    CdkFixedSizeVirtualScroll,
    CdkVirtualForOf,
    CdkVirtualScrollViewport,
    Icon,
    MatTooltip,
    TraceMinimap,
  ],
  templateUrl: './trace-view.html',
  styleUrl: './trace-view.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '(document:keydown)': 'pressKeyAnywhere($event)' },
})
export class TraceView {
  readonly trace = input.required<Trace>();
  /** Microseconds; null while the run goes on. */
  readonly duration = input.required<number | null>();
  /** The call in the inspector; -1 for none. */
  readonly selected = model(-1);

  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly viewport = viewChild(CdkVirtualScrollViewport);
  protected readonly rowPx = ROW_PX;
  protected readonly tree = computed(() => treeOf(this.trace(), this.duration()));
  private readonly open = linkedSignal<TraceTree, Uint8Array>({
    source: this.tree,
    computation: (tree, previous) => {
      const open = initiallyOpen(tree);
      // A trace that grew keeps what somebody opened.
      if (previous !== undefined) open.set(previous.value.subarray(0, tree.count));
      for (const caller of this.selected() < tree.count && this.selected() >= 0
        ? ancestorsOf(tree, this.selected())
        : []) {
        open[caller] = 1;
      }
      return open;
    },
  });
  protected readonly filter = signal(NO_FILTER);
  protected readonly filtering = computed(() => isFiltering(this.filter()));
  protected readonly window = linkedSignal<number, TimeWindow>({
    source: () => this.tree().totalUs,
    computation: (total) => ({ from: 0, to: total }),
  });
  protected readonly zoomed = computed(
    () => this.window().from > 0 || this.window().to < this.tree().totalUs,
  );
  protected readonly rows = computed(() => Array.from(visibleRows(this.tree(), this.open(), this.filter())));
  protected readonly ticks = computed(() => {
    const window = this.window();
    return scaleTicks(window, 6)
      .map((us) => ({ label: formatFine(us), left: barOf(window, us, 0).left }))
      .filter(({ left }) => left < 93);
  });
  protected readonly slow = computed(() =>
    slowest(this.tree(), 5).map((call) => ({
      call,
      name: splitFunction(nameOf(this.tree(), call)).name,
      self: formatFine(this.tree().selfUs[call] ?? 0),
    })),
  );
  private readonly branches = computed(
    () => new Map(this.trace().branches.map(({ call, label }) => [call, label])),
  );

  protected line(call: number): Line {
    const tree = this.tree();
    const qualified = nameOf(tree, call);
    const { namespace, name } = splitFunction(qualified);
    const duration = durationOf(tree, call);
    const bar = barOf(this.window(), tree.trace.start_us[call] ?? 0, duration);
    const open = this.filtering() || this.open()[call] === 1;
    return {
      call,
      depth: tree.depth[call] ?? 0,
      namespace,
      name,
      flow: qualified.startsWith('<'),
      branch: this.branches().get(call),
      children: tree.children[call] ?? 0,
      open,
      error: isError(tree, call),
      hidesError: !open && tree.troubled[call] === 1,
      duration: formatFine(duration),
      bar,
      timeAt: bar.left + bar.width <= 82 ? 'after' : bar.left >= 16 ? 'before' : 'inside',
      selfShare: duration > 0 ? (100 * (tree.selfUs[call] ?? 0)) / duration : 0,
    };
  }

  protected toggle(call: number): void {
    this.open.update((open) => {
      const next = open.slice();
      next[call] = open[call] === 1 ? 0 : 1;
      return next;
    });
  }

  protected setAll(on: boolean): void {
    this.open.set(new Uint8Array(this.tree().count).fill(on ? 1 : 0));
  }

  protected setText(event: Event): void {
    if (!(event.target instanceof HTMLInputElement)) return;
    const text = event.target.value.trim().toLowerCase();
    this.filter.update((filter) => ({ ...filter, text }));
  }

  protected setMin(event: Event): void {
    if (!(event.target instanceof HTMLSelectElement)) return;
    const minUs = Number(event.target.value);
    this.filter.update((filter) => ({ ...filter, minUs }));
  }

  protected fit(): void {
    this.window.set({ from: 0, to: this.tree().totalUs });
  }

  protected zoomTo(call: number): void {
    const start = this.trace().start_us[call] ?? 0;
    const length = durationOf(this.tree(), call);
    this.window.set(
      clampWindow({ from: start - length * 0.05, to: start + length * 1.05 }, this.tree().totalUs),
    );
  }

  /** Selects a call and brings it into view, opening what is above it. */
  reveal(call: number): void {
    const tree = this.tree();
    this.open.update((open) => {
      const next = open.slice();
      for (const caller of ancestorsOf(tree, call)) next[caller] = 1;
      return next;
    });
    this.selected.set(call);
    if (!this.rows().includes(call)) this.filter.set(NO_FILTER);
    const index = this.rows().indexOf(call);
    requestAnimationFrame(() => this.viewport()?.scrollToIndex(Math.max(0, index - 4)));
  }

  protected nextError(): void {
    const { errors } = this.tree();
    const next = errors.find((call) => call > this.selected()) ?? errors[0];
    if (next !== undefined) this.reveal(next);
  }

  protected pressKey(event: KeyboardEvent): void {
    const rows = this.rows();
    const here = rows.indexOf(this.selected());
    const call = rows[here];
    const tree = this.tree();
    const move = (index: number): void => {
      const next = rows[Math.max(0, Math.min(rows.length - 1, index))];
      if (next === undefined) return;
      this.selected.set(next);
      this.keepInView(rows.indexOf(next));
    };
    switch (event.key) {
      case 'ArrowDown':
        move(here + 1);
        break;
      case 'ArrowUp':
        move(here - 1);
        break;
      case 'Home':
        move(0);
        break;
      case 'End':
        move(rows.length - 1);
        break;
      case 'ArrowRight':
        if (call === undefined) return;
        if ((tree.children[call] ?? 0) > 0 && this.open()[call] !== 1) this.toggle(call);
        else if ((tree.children[call] ?? 0) > 0) move(here + 1);
        break;
      case 'ArrowLeft': {
        if (call === undefined) return;
        const parent = tree.trace.parent[call] ?? -1;
        if (this.open()[call] === 1 && (tree.children[call] ?? 0) > 0) this.toggle(call);
        else if (parent >= 0) move(rows.indexOf(parent));
        break;
      }
      case 'Enter':
        if (call !== undefined) this.zoomTo(call);
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  protected pressKeyAnywhere(event: KeyboardEvent): void {
    if (isTyping(event)) return;
    if (event.key === 'n') this.nextError();
    if (event.key === '0') this.fit();
  }

  private keepInView(index: number): void {
    const viewport = this.viewport();
    if (viewport === undefined || index < 0) return;
    const top = viewport.measureScrollOffset('top');
    const at = index * ROW_PX;
    if (at < top) viewport.scrollToOffset(at);
    else if (at + ROW_PX > top + viewport.getViewportSize()) {
      viewport.scrollToOffset(at + ROW_PX - viewport.getViewportSize());
    }
    this.host.nativeElement.querySelector<HTMLElement>('.lines')?.focus({ preventScroll: true });
  }
}
