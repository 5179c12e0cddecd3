import { computed, inject, Injectable, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { NavigationEnd, Router } from '@angular/router';
import { envBase, type CapabilityName, type EnvEntry, type Me, type OrgEntry } from '@app/contracts';
import { filter, map, startWith } from 'rxjs';
import { Session } from './session';
import { recallScope, type ScopeNames } from './last-scope';

const SCOPE = /^\/o\/([^/?#]+)\/e\/([^/?#]+)(?:\/([^/?#]+))?/;

export function scopeOf(url: string): (ScopeNames & { readonly section: string | null }) | null {
  const match = SCOPE.exec(url);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  return {
    org: decodeURIComponent(match[1]),
    env: decodeURIComponent(match[2]),
    section: match[3] ?? null,
  };
}

function pathOf(url: string): readonly string[] {
  if (!SCOPE.test(url)) return [];
  const [path = ''] = url.split(/[?#]/);
  return path
    .split('/')
    .slice(5)
    .filter((part) => part !== '')
    .map(decodeURIComponent);
}

/** Environment names are compared without regard to case, as the server does. */
export function findScope(me: Me, names: ScopeNames): { org: OrgEntry; env: EnvEntry } | null {
  const org = me.orgs.find((entry) => entry.slug === names.org || entry.org_id === names.org);
  const env = org?.envs.find(
    (entry) => entry.name.toLowerCase() === names.env.toLowerCase() || entry.env_id === names.env,
  );
  return org !== undefined && env !== undefined ? { org, env } : null;
}

/** Where somebody lands: where they were, if it is still theirs, else the first environment they have. */
export function landingScope(me: Me): ScopeNames | null {
  const last = recallScope();
  if (last !== null && findScope(me, last) !== null) return last;
  const org = me.orgs.find((entry) => entry.envs.length > 0);
  const env = org?.envs[0];
  return org !== undefined && env !== undefined ? { org: org.slug, env: env.name } : null;
}

/** The organization and environment of the address: nothing about scope is kept anywhere else. */
@Injectable({ providedIn: 'root' })
export class Scope {
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly url = toSignal(
    this.router.events.pipe(
      filter((event) => event instanceof NavigationEnd),
      map((event) => event.urlAfterRedirects),
      startWith(this.router.url),
    ),
    { initialValue: this.router.url },
  );
  /** Set by the guard before the first navigation ends, so that pages find their scope while they are made. */
  private readonly entering = signal<ScopeNames | null>(null);

  private readonly names = computed(() => this.entering() ?? scopeOf(this.url()));
  /** The path below the environment, decoded: `['runs', '0193…']`. */
  readonly path = computed(() => pathOf(this.url()));
  readonly current = computed(() => {
    const me = this.session.me();
    const names = this.names();
    return me != null && names !== null ? findScope(me, names) : null;
  });
  readonly org = computed(() => this.current()?.org ?? null);
  readonly env = computed(() => this.current()?.env ?? null);

  /** Address of the environment's part of the admin API; undefined outside of any environment. */
  readonly api = computed(() => {
    const scope = this.current();
    return scope === null ? undefined : envBase(scope.org.slug, scope.env.name);
  });

  enter(names: ScopeNames): void {
    this.entering.set(names);
  }

  /** Router commands to a page of this environment. */
  link(...parts: readonly string[]): string[] {
    const scope = this.current();
    return scope === null ? ['/'] : ['/o', scope.org.slug, 'e', scope.env.name, ...parts];
  }

  can(capability: CapabilityName): boolean {
    return this.env()?.capabilities.includes(capability) ?? false;
  }
}
