import { computed, inject, type Signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, Router, type ParamMap } from '@angular/router';
import type { Codec } from './codecs';

export type Values<D> = { readonly [K in keyof D]: D[K] extends Codec<infer T> ? T : never };

export interface ParsedUrl<D> {
  readonly values: Values<D>;
  /** Parameters of ours whose text is no value. They count as absent, and the page says so once. */
  readonly ignored: readonly string[];
}

/** Reads a page's values out of an address. */
export function readValues<D extends Readonly<Record<string, Codec<unknown>>>>(
  definition: D,
  params: Pick<ParamMap, 'get'>,
): ParsedUrl<D> {
  const values: Record<string, unknown> = {};
  const ignored: string[] = [];
  for (const [name, codec] of Object.entries(definition)) {
    const raw = params.get(name);
    const value = raw === null ? codec.initial : codec.read(raw);
    if (value === null) ignored.push(name);
    values[name] = value ?? codec.initial;
  }
  // Built from the definition's own keys with the definition's own codecs.
  return { values: values as Values<D>, ignored };
}

/** Query parameters of a change; null takes one away. */
export function writeValues<D extends Readonly<Record<string, Codec<unknown>>>>(
  definition: D,
  change: Partial<Values<D>>,
): Record<string, string | null> {
  const params: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(change)) {
    const codec = definition[name];
    if (codec !== undefined && value !== undefined) params[name] = codec.write(value);
  }
  return params;
}

export interface UrlState<D> {
  readonly values: Signal<Values<D>>;
  readonly ignored: Signal<readonly string[]>;
  /**
   * Changes the address. Each call is one step of the browser's Back, unless `replace` is set (while typing).
   */
  set(change: Partial<Values<D>>, options?: { readonly replace?: boolean }): void;
  /** Query parameters for a link to this page with a change. */
  with(change: Partial<Values<D>>): Record<string, string | null>;
}

/** The values of a page that live in its address. One definition drives what is read, written and linked. */
export function urlState<D extends Readonly<Record<string, Codec<unknown>>>>(definition: D): UrlState<D> {
  const route = inject(ActivatedRoute);
  const router = inject(Router);
  const params = toSignal(route.queryParamMap, { initialValue: route.snapshot.queryParamMap });
  const parsed = computed(() => readValues(definition, params()));
  return {
    // Equal text, equal value: a change of another parameter must not restart what depends on these.
    values: computed(() => parsed().values, {
      equal: (a, b) => JSON.stringify(a) === JSON.stringify(b),
    }),
    ignored: computed(() => parsed().ignored),
    set: (change, options = {}) => {
      void router.navigate([], {
        relativeTo: route,
        queryParams: writeValues(definition, change),
        queryParamsHandling: 'merge',
        replaceUrl: options.replace === true,
      });
    },
    with: (change) => writeValues(definition, change),
  };
}
