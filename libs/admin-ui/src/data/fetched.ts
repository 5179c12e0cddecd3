import { DestroyRef, effect, inject, signal, untracked, type Signal } from '@angular/core';
import { isAbort, toApiError, type ApiError } from './api-error';
import { ApiClient } from './api-client';
import { recallAnswer, rememberAnswer } from './answer-cache';

export type FetchStatus = 'idle' | 'loading' | 'refreshing' | 'ready' | 'failed';

export interface Fetched<T> {
  /** The newest answer; stays while a newer one is under way and when that fails. */
  readonly value: Signal<T | undefined>;
  readonly error: Signal<ApiError | undefined>;
  readonly status: Signal<FetchStatus>;
  /** Milliseconds of the epoch at which `value` arrived. */
  readonly loadedAt: Signal<number | undefined>;
  /** Asks again. Resolves when the answer (or failure) is there. */
  reload(): Promise<void>;
  /** Changes what is shown without asking: for live messages about rows that are visible. */
  patch(change: (value: T) => T): void;
}

export interface FetchedOptions {
  /**
   * Whether the old answer stays on screen while another question is asked (a list whose filter changed), or goes at
   * once (another object). Default: goes.
   */
  readonly keep?: boolean;
}

const RETRY_MS = [600, 1800];

/**
 * Follows an address: asks when it changes, drops what was under way, shows what is known meanwhile. `undefined` as
 * address asks nothing. Call it where injection works.
 */
export function fetched<T>(address: () => string | undefined, options: FetchedOptions = {}): Fetched<T> {
  const api = inject(ApiClient);
  const value = signal<T | undefined>(undefined);
  const error = signal<ApiError | undefined>(undefined);
  const status = signal<FetchStatus>('idle');
  const loadedAt = signal<number | undefined>(undefined);
  let current: AbortController | undefined;
  let key: string | undefined;
  /** The address that `value` answers: another one than `key` while a list keeps its rows. */
  let valueKey: string | undefined;

  const ask = async (url: string): Promise<void> => {
    current?.abort();
    const mine = new AbortController();
    current = mine;
    status.set(value() === undefined ? 'loading' : 'refreshing');
    try {
      const answer = await withRetry(() => api.get<T>(url, mine.signal), mine.signal);
      if (current !== mine) return;
      rememberAnswer(url, answer);
      value.set(answer);
      valueKey = url;
      error.set(undefined);
      loadedAt.set(Date.now());
      status.set('ready');
    } catch (problem) {
      if (current !== mine || isAbort(problem)) return;
      // Rows of another question beside this failure would be taken for its answer.
      if (valueKey !== url) value.set(undefined);
      error.set(toApiError(problem));
      status.set('failed');
    }
  };

  effect(() => {
    const url = address();
    untracked(() => {
      if (url === key) return;
      key = url;
      error.set(undefined);
      const known = url === undefined ? undefined : recallAnswer<T>(url);
      if (known !== undefined || options.keep !== true) {
        value.set(known);
        valueKey = url;
      }
      if (url === undefined) {
        current?.abort();
        status.set('idle');
        return;
      }
      void ask(url);
    });
  });
  effect(() => {
    // Somebody whose session was over has signed in again: what was refused is asked once more.
    const signedIn = api.unauthorized() === 0;
    untracked(() => {
      if (signedIn && error()?.status === 401 && key !== undefined) void ask(key);
    });
  });
  inject(DestroyRef).onDestroy(() => current?.abort());

  return {
    value: value.asReadonly(),
    error: error.asReadonly(),
    status: status.asReadonly(),
    loadedAt: loadedAt.asReadonly(),
    reload: () => (key === undefined ? Promise.resolve() : ask(key)),
    patch: (change) => {
      value.update((known) => (known === undefined ? known : change(known)));
    },
  };
}

/** Reads may be repeated when the way to the server was the problem; nothing else is. */
async function withRetry<T>(load: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (const wait of RETRY_MS) {
    try {
      return await load();
    } catch (problem) {
      if (isAbort(problem) || !toApiError(problem).isOffline) throw problem;
      await new Promise((resolve) => setTimeout(resolve, wait));
      signal.throwIfAborted();
    }
  }
  return load();
}
