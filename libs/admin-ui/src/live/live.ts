import { computed, DestroyRef, effect, inject, Injectable, signal, untracked } from '@angular/core';
import type { LiveMessage, LiveTopic } from '@app/contracts';
import { ApiClient } from '../data';
import { Scope } from '../session';
import { Coalescer } from './coalesce';
import { SharedSource } from './shared-source';
import type { LiveState } from './live-source';

type Listener = (message: LiveMessage) => void;

/** The environment's feed, for whoever wants to hear it. Follows the scope of the address. */
@Injectable({ providedIn: 'root' })
export class Live {
  private readonly scope = inject(Scope);
  private readonly api = inject(ApiClient);
  private readonly listeners = new Set<Listener>();
  private readonly current = signal<LiveState>({ kind: 'off' });
  private source: SharedSource | undefined;

  readonly state = this.current.asReadonly();
  readonly paused = signal(false);
  readonly lastMessageAt = signal<number | undefined>(undefined);
  readonly isLive = computed(() => this.current().kind === 'live' && !this.paused());

  constructor() {
    effect(() => {
      const base = this.scope.api();
      const wanted = base !== undefined && !this.paused() && this.api.unauthorized() === 0;
      untracked(() => {
        this.source?.stop();
        this.source = wanted ? this.open(`${base}/live`) : undefined;
        if (!wanted) this.current.set({ kind: 'off' });
      });
    });
    addEventListener('online', () => this.source?.hurry());
  }

  hurry(): void {
    this.source?.hurry();
  }

  /** Returns how to stop listening. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private open(url: string): SharedSource {
    return new SharedSource(url, {
      state: (state) => {
        this.current.set(state);
      },
      message: (message) => {
        this.lastMessageAt.set(Date.now());
        if (message.topic === 'heartbeat') return;
        for (const listener of this.listeners) listener(message);
      },
    });
  }
}

/** Hears messages of some topics, and `resync`, as long as the caller lives. Call it where injection works. */
export function onLive(topics: readonly LiveTopic[], listener: Listener): void {
  const stop = inject(Live).listen((message) => {
    if (message.topic === 'resync' || topics.includes(message.topic)) listener(message);
  });
  inject(DestroyRef).onDestroy(stop);
}

/**
 * Keeps something fresh: calls `refresh` when a message of these topics comes that `concerns` it. Coalesced, and put
 * off while the tab is hidden.
 */
export function refreshOn(
  topics: readonly LiveTopic[],
  refresh: () => Promise<void>,
  concerns: (message: LiveMessage) => boolean = () => true,
): void {
  const coalescer = new Coalescer(refresh, { asleep: () => document.hidden });
  const wake = (): void => coalescer.wake();
  document.addEventListener('visibilitychange', wake);
  inject(DestroyRef).onDestroy(() => {
    coalescer.stop();
    document.removeEventListener('visibilitychange', wake);
  });
  onLive(topics, (message) => {
    if (message.topic === 'resync' || concerns(message)) coalescer.notice();
  });
}
