import { computed, DestroyRef, inject, Injectable, signal } from '@angular/core';
import { viewerZone } from './time';

/** One ticking clock for everything that shows how long ago something was. Stands still while the tab is hidden. */
@Injectable({ providedIn: 'root' })
export class Clock {
  private readonly tick = signal(Date.now());

  /** Changes every second: for work that is running. */
  readonly second = this.tick.asReadonly();
  /** Changes every ten seconds: for "3 min ago". */
  readonly tenSeconds = computed(() => Math.floor(this.tick() / 10_000) * 10_000);
  readonly zone = viewerZone();

  constructor() {
    const advance = (): void => {
      if (!document.hidden) this.tick.set(Date.now());
    };
    const timer = setInterval(advance, 1000);
    document.addEventListener('visibilitychange', advance);
    inject(DestroyRef).onDestroy(() => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', advance);
    });
  }
}
