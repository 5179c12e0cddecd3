import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  type ElementRef,
  inject,
  input,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import type { Graph } from '@app/contracts';
import { Clock, formatAbsolute } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { Scope } from '@app/admin-ui/session';
import { Skeleton } from '@app/admin-ui/states';
import { LayoutWorker } from './layout-worker';
import { NODE_HEIGHT, type Direction, type Placement } from './layout';
import { nextNode } from './neighbours';
import { KIND_WORDS, nodeIcon, nodeIconName, nodeWords } from './node-looks';
import { captionOf, shortName } from './node-texts';
import { NodeInspector } from './node-inspector';
import { downloadPicture } from './picture';
import { fitted, legible, zoomed, type ViewBox } from './view-box';

const COLOURS = 6;
const DRAG_FROM = 4;

/** How functions, events and triggers hang together: drawn, or as an outline that says the same. */
@Component({
  selector: 'hp-topology',
  imports: [Icon, NodeInspector, Skeleton],
  providers: [LayoutWorker],
  templateUrl: './topology.html',
  styleUrl: './topology.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Topology {
  readonly graph = input.required<Graph>();
  readonly label = input.required<string>();
  readonly direction = input<Direction>('LR');
  readonly selected = input('');
  readonly inspector = input(false);
  readonly directionChange = output<Direction>();
  readonly selectedChange = output<string>();
  readonly inspectorChange = output<boolean>();

  private readonly worker = inject(LayoutWorker);
  private readonly scope = inject(Scope);
  private readonly clock = inject(Clock);
  private readonly frame = viewChild<ElementRef<HTMLElement>>('frame');
  private readonly drawing = viewChild<ElementRef<SVGSVGElement>>('drawing');
  private readonly view = signal<ViewBox | undefined>(undefined);
  private held: { readonly x: number; readonly y: number; readonly view: ViewBox } | undefined;
  private moved = false;

  protected readonly outline = signal(false);
  protected readonly placed = signal<Placement | undefined>(undefined);
  protected readonly nodeIconName = nodeIconName;
  protected readonly colours = computed(() =>
    this.graph().agents.map((agent, index) => ({ ...agent, colour: (index % COLOURS) + 1 })),
  );
  protected readonly chosen = computed(() => this.graph().nodes.find(({ id }) => id === this.selected()));
  protected readonly viewBoxText = computed(() => {
    const view = this.view();
    return view === undefined ? null : `${view.x} ${view.y} ${view.width} ${view.height}`;
  });
  protected readonly drawn = computed(() => {
    const nodes = new Map(this.graph().nodes.map((node) => [node.id, node]));
    return (this.placed()?.nodes ?? []).flatMap(({ id, x, y, width }) => {
      const node = nodes.get(id);
      if (node === undefined) return [];
      return [
        {
          id,
          kind: node.kind,
          unhandled: node.unhandled,
          name: shortName(node.name),
          caption: captionOf(node),
          words: nodeWords(node),
          icon: nodeIcon(node.kind),
          colour: this.colours().find(({ type }) => type === node.agent)?.colour,
          place: `translate(${x - width / 2} ${y - NODE_HEIGHT / 2})`,
          width,
        },
      ];
    });
  });
  protected readonly lines = computed(() => {
    const { nodes, edges } = this.graph();
    const names = new Map(nodes.map(({ id, name }) => [id, name]));
    return nodes.map((node) => ({
      node,
      words: [
        KIND_WORDS[node.kind],
        ...edges
          .filter(({ from }) => from === node.id)
          .map(({ to, kind }) => `${kind === 'sends' ? 'sends' : 'starts'} ${names.get(to) ?? ''}`),
        ...(node.unhandled ? ['nobody handles it'] : []),
      ].join(' · '),
    }));
  });

  constructor() {
    effect(() => {
      const [graph, direction] = [this.graph(), this.direction()];
      untracked(() =>
        this.worker.place({ nodes: graph.nodes, edges: graph.edges }, direction, (placed) => {
          this.placed.set(placed);
          this.begin();
        }),
      );
    });
    effect(() => {
      if (this.frame() !== undefined) untracked(() => this.begin());
    });
  }

  protected fit(): void {
    const [frame, placed] = [this.frame()?.nativeElement, this.placed()];
    if (frame === undefined || placed === undefined) return;
    this.view.set(fitted(placed, { width: frame.clientWidth, height: frame.clientHeight }));
  }

  /** All of it when it can be read then, else its beginning. */
  private begin(): void {
    const [frame, placed] = [this.frame()?.nativeElement, this.placed()];
    if (frame === undefined || placed === undefined) return;
    this.view.set(legible(placed, { width: frame.clientWidth, height: frame.clientHeight }));
  }

  protected zoom(by: number): void {
    this.view.update((view) => (view === undefined ? view : zoomed(view, by)));
  }

  /** The page scrolls as everywhere; with Ctrl the wheel zooms. */
  protected wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? 1.1 : 1 / 1.1);
  }

  protected grab(event: PointerEvent): void {
    const view = this.view();
    this.moved = false;
    if (view !== undefined) this.held = { x: event.clientX, y: event.clientY, view };
  }

  protected drag(event: PointerEvent): void {
    const [held, frame] = [this.held, this.frame()?.nativeElement];
    if (held === undefined || frame === undefined) return;
    const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
    if (!this.moved && Math.abs(dx) + Math.abs(dy) < DRAG_FROM) return;
    if (!this.moved) frame.setPointerCapture(event.pointerId);
    this.moved = true;
    const scale = held.view.width / Math.max(1, frame.clientWidth);
    this.view.set({ ...held.view, x: held.view.x - dx * scale, y: held.view.y - dy * scale });
  }

  protected release(): void {
    this.held = undefined;
  }

  protected choose(id: string): void {
    // The end of a drag is no choice.
    if (!this.moved) this.selectedChange.emit(id);
  }

  protected pressKey(event: KeyboardEvent, id: string): void {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.selectedChange.emit(id);
    }
    const next = nextNode(event.key, id, this.graph().edges, this.placed()?.nodes ?? [], this.direction());
    if (next === undefined) return;
    event.preventDefault();
    this.frame()
      ?.nativeElement.querySelector<SVGGElement>(`[data-node="${CSS.escape(next)}"]`)
      ?.focus();
  }

  protected async download(): Promise<void> {
    const [svg, placed] = [this.drawing()?.nativeElement, this.placed()];
    if (svg === undefined || placed === undefined) return;
    const before = this.view();
    // The picture shows all of it, whatever part is on the screen.
    svg.setAttribute('viewBox', `0 0 ${placed.width} ${placed.height}`);
    const caption = `${this.label()} · ${this.scope.env()?.name ?? ''} · ${formatAbsolute(Date.now(), this.clock.zone, { zone: true })}`;
    try {
      await downloadPicture(
        svg,
        caption,
        `${this.label()
          .toLowerCase()
          .replaceAll(/[^a-z0-9]+/g, '-')}.png`,
      );
    } finally {
      if (before !== undefined)
        svg.setAttribute('viewBox', `${before.x} ${before.y} ${before.width} ${before.height}`);
    }
  }
}
