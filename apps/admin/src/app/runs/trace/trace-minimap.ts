import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  effect,
  ElementRef,
  inject,
  input,
  model,
  signal,
  viewChild,
} from '@angular/core';
import { durationOf, isError, type TraceTree } from './trace-model';
import { clampWindow, zoom, type TimeWindow } from './trace-window';

const HEIGHT = 44;
const LEVELS = 11;

/** The whole run in small, drawn once; dragging over it chooses the time that is shown. */
@Component({
  selector: 'hp-trace-minimap',
  template: `
    <canvas #canvas aria-hidden="true"></canvas>
    <div class="rest" [style.left.px]="0" [style.width.%]="left()"></div>
    <div class="rest" [style.left.%]="right()" [style.right.px]="0"></div>
  `,
  styles: `
    :host {
      position: relative;
      display: block;
      height: 44px;
      overflow: hidden;
      color: var(--trace-bar);
      caret-color: var(--trace-bad);
      cursor: col-resize;
      touch-action: none;
    }

    canvas {
      width: 100%;
      height: 100%;
    }

    .rest {
      position: absolute;
      inset-block: 0;
      background: color-mix(in srgb, var(--hot-surface-3) 70%, transparent);
      pointer-events: none;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: {
    '(pointerdown)': 'begin($event)',
    '(pointermove)': 'drag($event)',
    '(pointerup)': 'end($event)',
    '(wheel)': 'wheel($event)',
  },
})
export class TraceMinimap {
  readonly tree = input.required<TraceTree>();
  readonly window = model.required<TimeWindow>();
  private readonly canvas = viewChild.required<ElementRef<HTMLCanvasElement>>('canvas');
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly width = signal(0);
  private from: number | undefined;

  protected readonly left = computed(() => (100 * this.window().from) / Math.max(1, this.tree().totalUs));
  protected readonly right = computed(() => (100 * this.window().to) / Math.max(1, this.tree().totalUs));

  constructor() {
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) this.width.set(Math.round(entry.contentRect.width));
    });
    observer.observe(this.host.nativeElement);
    inject(DestroyRef).onDestroy(() => observer.disconnect());
    effect(() => this.draw(this.tree(), this.width()));
  }

  private draw(tree: TraceTree, width: number): void {
    if (width === 0) return;
    const canvas = this.canvas().nativeElement;
    const context = canvas.getContext('2d');
    if (context === null) return;
    const ratio = devicePixelRatio;
    canvas.width = width * ratio;
    canvas.height = HEIGHT * ratio;
    context.scale(ratio, ratio);
    const style = getComputedStyle(this.host.nativeElement);
    // Read from real properties: a custom one would give its unresolved text, which a canvas does not understand.
    const calm = style.color;
    const bad = style.caretColor;
    const perUs = width / Math.max(1, tree.totalUs);
    for (const pass of [false, true]) {
      context.fillStyle = pass ? bad : calm;
      for (let i = 0; i < tree.count; i += 1) {
        if (isError(tree, i) !== pass) continue;
        const level = Math.min(LEVELS - 1, tree.depth[i] ?? 0);
        const x = (tree.trace.start_us[i] ?? 0) * perUs;
        context.fillRect(x, level * 4, Math.max(0.6, durationOf(tree, i) * perUs), 3);
      }
    }
  }

  protected begin(event: PointerEvent): void {
    this.host.nativeElement.setPointerCapture(event.pointerId);
    this.from = this.timeAt(event);
  }

  protected drag(event: PointerEvent): void {
    if (this.from === undefined) return;
    const to = this.timeAt(event);
    if (Math.abs(to - this.from) * (this.width() / this.tree().totalUs) < 4) return;
    this.window.set(
      clampWindow({ from: Math.min(this.from, to), to: Math.max(this.from, to) }, this.tree().totalUs),
    );
  }

  protected end(event: PointerEvent): void {
    this.drag(event);
    this.from = undefined;
  }

  protected wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.window.set(
      zoom(this.window(), event.deltaY < 0 ? 0.8 : 1.25, this.timeAt(event), this.tree().totalUs),
    );
  }

  private timeAt(event: MouseEvent): number {
    const box = this.host.nativeElement.getBoundingClientRect();
    const share = Math.max(0, Math.min(1, (event.clientX - box.left) / Math.max(1, box.width)));
    return share * this.tree().totalUs;
  }
}
