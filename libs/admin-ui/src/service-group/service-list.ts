import { computed, inject, type Signal } from '@angular/core';
import { DOOR_AUTHS, type Single } from '@app/contracts';
import { fetched, withQuery, type Fetched } from '../data';
import { pageKeys } from '../listing';
import { Scope, Session } from '../session';
import { choice, text, urlState } from '../url';

type Auth = 'all' | (typeof DOOR_AUTHS)[number];

export interface ServiceList<T> {
  readonly values: Signal<{ readonly q: string; readonly auth: Auth; readonly project: string }>;
  readonly answer: Fetched<Single<T>>;
  readonly data: Signal<T | undefined>;
  readonly filtered: Signal<boolean>;
  change(change: Partial<{ q: string; auth: Auth; project: string }>): void;
  clear(): void;
  /** What clients are told. @param path below the address of the API */
  address(path: string): string;
}

/**
 * Services that are reached from outside, filtered by what the address says; the keys r and F. Call it where injection
 * works.
 * @param path below the address of the environment
 * @param service the only one that is asked for, if any
 */
export function serviceList<T>(path: string, service: () => string | undefined): ServiceList<T> {
  const scope = inject(Scope);
  const session = inject(Session);
  const url = urlState({ q: text(), auth: choice(['all', ...DOOR_AUTHS], 'all'), project: text() });
  const answer = fetched<Single<T>>(
    () => {
      const base = scope.api();
      const { q, auth, project } = url.values();
      const query = { q, auth: auth === 'all' ? '' : auth, project, service: service() ?? '' };
      return base === undefined ? undefined : withQuery(`${base}/${path}`, query);
    },
    { keep: true },
  );
  const clear = (): void => url.set({ q: '', auth: 'all', project: '' });
  pageKeys({ reload: () => answer.reload(), clear });
  return {
    values: url.values,
    answer,
    data: computed(() => answer.value()?.data),
    filtered: computed(() => {
      const { q, auth, project } = url.values();
      return q !== '' || auth !== 'all' || project !== '';
    }),
    change: (change) => url.set(change, { replace: change.q !== undefined }),
    clear,
    address: (below) => `${session.me()?.api_url ?? ''}${below}`,
  };
}
