import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  ElementRef,
  inject,
  input,
  model,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { BarChartModule, type Color, ScaleType } from '@swimlane/ngx-charts';
import { clockLabel, Clock, formatCount } from '../format';
import { axisLabels } from './axis-labels';
import { bandsOf, niceMax, paddingFor } from './scale';

export interface ChartSeries {
  readonly key: string;
  readonly label: string;
  /** A token, `var(--hot-ok-mark)`. */
  readonly colour: string;
  /** One per bucket; null: nothing is known. From the baseline upwards in the order of the series. */
  readonly values: readonly (number | null)[];
}

export interface ChartBucket {
  readonly start: string;
  readonly end: string;
}

/** Something that happened at a moment: a thin line over the bars. */
export interface ChartMark {
  readonly at: string;
  readonly label: string;
}

export interface PickedRange {
  readonly from: string;
  readonly to: string;
}

const HEIGHT = 188;
// What the library leaves free around its plot; ours is moved out by as much, so that the plot fills the place exactly.
const LIBRARY_MARGIN = { x: 20, y: 10 };

/**
 * Bars over time. The chart library draws the bars; axes, grid, marks, tooltip and choosing are ours, because the
 * library has no marks, labels at odd moments, and tooltips that a keyboard cannot reach.
 */
@Component({
  selector: 'hp-bar-chart',
  imports: [BarChartModule],
  templateUrl: './bar-chart.html',
  styleUrl: './bar-chart.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class BarChart {
  readonly label = input.required<string>();
  readonly buckets = input.required<readonly ChartBucket[]>();
  readonly series = input.required<readonly ChartSeries[]>();
  readonly marks = input<readonly ChartMark[]>([]);
  readonly format = input<(value: number) => string>(formatCount);
  readonly max = input<(highest: number) => number>((highest) => niceMax(highest));
  /** Whether the values of a bucket add up to something. */
  readonly total = input(true);
  /** Bucket under the pointer; shared by the charts of a page. */
  readonly hover = model(-1);
  readonly picked = output<PickedRange>();

  private readonly clock = inject(Clock);
  private readonly plot = viewChild.required<ElementRef<HTMLElement>>('plot');
  protected readonly width = signal(0);
  protected readonly height = HEIGHT;
  protected readonly focused = signal(false);
  /** Whether the pointer is over this chart: only here the tooltip is shown, elsewhere the same bar is marked. */
  protected readonly inside = signal(false);
  private readonly dragFrom = signal(-1);
  protected readonly hidden = signal<ReadonlySet<string>>(new Set());

  protected readonly visible = computed(() => this.series().filter(({ key }) => !this.hidden().has(key)));
  protected readonly top = computed(() => {
    const sums = this.buckets().map((_, index) =>
      this.visible().reduce((sum, series) => sum + (series.values[index] ?? 0), 0),
    );
    return this.max()(Math.max(0, ...sums));
  });
  protected readonly gridLines = computed(() =>
    [4, 3, 2, 1, 0].map((step) => ({
      y: HEIGHT - (HEIGHT * step) / 4,
      // Axes are read at a glance: "8 s", not "8.00 s".
      text: this.format()((this.top() * step) / 4).replace(/\.0+(?=\s|$)/, ''),
    })),
  );
  protected readonly padding = computed(() => paddingFor(this.buckets().length, this.width()));
  protected readonly bands = computed(() => bandsOf(this.buckets().length, this.width(), this.padding()));
  protected readonly view = computed<[number, number]>(() => [
    this.width() + 2 * LIBRARY_MARGIN.x,
    HEIGHT + 2 * LIBRARY_MARGIN.y,
  ]);
  protected readonly results = computed(() =>
    this.buckets().map(({ start }, index) => ({
      name: start,
      series: this.visible().map(({ label, values }) => ({ name: label, value: values[index] ?? 0 })),
    })),
  );
  protected readonly scheme = computed<Color>(() => ({
    name: 'hot',
    selectable: false,
    group: ScaleType.Ordinal,
    domain: this.visible().map(({ colour }) => colour),
  }));
  protected readonly colourOf = (name: string): string =>
    this.series().find(({ label }) => label === name)?.colour ?? 'currentColor';
  protected readonly labels = computed(() =>
    axisLabels(
      this.buckets().map(({ start }) => Date.parse(start)),
      this.clock.zone,
      Math.max(2, Math.floor(this.width() / 84)),
    ).map((label) => ({ ...label, x: this.middle(label.index) })),
  );
  protected readonly lines = computed(() =>
    this.marks().flatMap((mark) => {
      const index = this.indexAt(Date.parse(mark.at));
      return index < 0 ? [] : [{ ...mark, index, x: this.middle(index) }];
    }),
  );
  protected readonly selection = computed(() => {
    const from = this.dragFrom();
    const to = this.hover();
    if (from < 0 || to < 0 || from === to) return null;
    const { start, step } = this.bands();
    return { left: start + Math.min(from, to) * step, width: (Math.abs(to - from) + 1) * step };
  });
  protected readonly tip = computed(() => this.describe(this.hover()));
  protected readonly legend = computed(() =>
    this.series().map((series) => ({
      ...series,
      on: !this.hidden().has(series.key),
      sum: series.values.reduce<number>((sum, value) => sum + (value ?? 0), 0),
    })),
  );

  constructor() {
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) this.width.set(Math.floor(entry.contentRect.width));
    });
    queueMicrotask(() => observer.observe(this.plot().nativeElement));
    inject(DestroyRef).onDestroy(() => observer.disconnect());
  }

  protected toggle(key: string): void {
    this.hidden.update((keys) => {
      const next = new Set(keys);
      if (!next.delete(key)) next.add(key);
      return next.size === this.series().length ? new Set() : next;
    });
  }

  protected move(event: PointerEvent): void {
    this.inside.set(true);
    const box = this.plot().nativeElement.getBoundingClientRect();
    const { start, step } = this.bands();
    const index = Math.floor((event.clientX - box.left - start) / Math.max(1, step));
    this.hover.set(Math.max(0, Math.min(this.buckets().length - 1, index)));
  }

  protected begin(event: PointerEvent): void {
    if (event.pointerType === 'touch') return;
    this.move(event);
    this.dragFrom.set(this.hover());
  }

  protected end(): void {
    const from = this.dragFrom();
    const to = this.hover();
    this.dragFrom.set(-1);
    if (from < 0 || to < 0) return;
    const first = this.buckets()[Math.min(from, to)];
    const last = this.buckets()[Math.max(from, to)];
    if (first !== undefined && last !== undefined) this.picked.emit({ from: first.start, to: last.end });
  }

  protected leave(): void {
    this.inside.set(false);
    this.dragFrom.set(-1);
    if (!this.focused()) this.hover.set(-1);
  }

  protected pressKey(event: KeyboardEvent): void {
    const last = this.buckets().length - 1;
    const here = this.hover();
    if (event.key === 'ArrowRight') this.hover.set(Math.min(last, here + 1));
    else if (event.key === 'ArrowLeft') this.hover.set(here < 0 ? last : Math.max(0, here - 1));
    else if (event.key === 'Home') this.hover.set(0);
    else if (event.key === 'End') this.hover.set(last);
    else if (event.key === 'Escape') this.hover.set(-1);
    else if (event.key === 'Enter' && this.buckets()[here] !== undefined) {
      const { start = '', end = '' } = this.buckets()[here] ?? {};
      this.picked.emit({ from: start, to: end });
    } else return;
    event.preventDefault();
  }

  private describe(index: number) {
    const bucket = this.buckets()[index];
    if (bucket === undefined) return null;
    const from = clockLabel(Date.parse(bucket.start), this.clock.zone);
    const to = clockLabel(Date.parse(bucket.end), this.clock.zone);
    const days = from.time === '00:00' && to.time === '00:00';
    const sum = this.visible().reduce((all, series) => all + (series.values[index] ?? 0), 0);
    return {
      x: this.middle(index),
      right: this.middle(index) > this.width() / 2,
      title: days
        ? `${from.weekday} ${from.date}`
        : `${from.weekday} ${from.date}, ${from.time} – ${to.time}`,
      lines: this.visible()
        .map(({ label, colour, values }) => ({ label, colour, value: values[index] ?? null }))
        .filter(({ value }) => !this.total() || value !== 0)
        .map((line) => ({ ...line, text: line.value === null ? 'none' : this.format()(line.value) }))
        .reverse(),
      sum: this.format()(sum),
      many: this.total() && this.visible().length > 1,
      marks: this.lines().filter((mark) => mark.index === index),
    };
  }

  private middle(index: number): number {
    const { start, step, width } = this.bands();
    return start + index * step + width / 2;
  }

  private indexAt(ms: number): number {
    return this.buckets().findIndex(({ start, end }) => ms >= Date.parse(start) && ms < Date.parse(end));
  }
}
