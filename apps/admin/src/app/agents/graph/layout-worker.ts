import { DestroyRef, inject, Injectable } from '@angular/core';
import type { Graph } from '@app/contracts';
import type { Direction, LayoutRequest, Placement } from './layout';

/** The worker that places graphs, of whoever asks. Provide it beside the component; it ends with it. */
@Injectable()
export class LayoutWorker {
  private readonly worker = new Worker(new URL('./layout.worker', import.meta.url), { type: 'module' });
  private last = 0;

  constructor() {
    inject(DestroyRef).onDestroy(() => this.worker.terminate());
  }

  /** Calls back unless somebody has asked anew meanwhile. */
  place(
    graph: Pick<Graph, 'nodes' | 'edges'>,
    direction: Direction,
    done: (placed: Placement) => void,
  ): void {
    const ask = ++this.last;
    this.worker.onmessage = ({ data }: MessageEvent<Placement>) => {
      if (data.ask === this.last) done(data);
    };
    this.worker.postMessage({ ask, graph, direction } satisfies LayoutRequest);
  }
}
