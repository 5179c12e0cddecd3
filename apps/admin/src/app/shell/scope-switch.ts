import { ChangeDetectionStrategy, Component, computed, inject, input, viewChild } from '@angular/core';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { Router } from '@angular/router';
import { Icon } from '@app/admin-ui/icon';
import { envKindOf, Scope, type ScopeNames, Session } from '@app/admin-ui/session';
import { switchTarget } from './switch-target';

/** The organization and the environment that everything below is about. */
@Component({
  selector: 'hp-scope-switch',
  imports: [Icon, MatMenu, MatMenuItem, MatMenuTrigger],
  templateUrl: './scope-switch.html',
  styleUrl: './scope-switch.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class.compact]': 'compact()' },
})
export class ScopeSwitch {
  /** In the narrow navigation there is room for initials only. */
  readonly compact = input(false);

  private readonly router = inject(Router);
  private readonly orgTrigger = viewChild<MatMenuTrigger>('orgTrigger');
  private readonly envTrigger = viewChild<MatMenuTrigger>('envTrigger');
  protected readonly scope = inject(Scope);
  private readonly session = inject(Session);
  /** An organization without environments cannot be opened yet. */
  protected readonly orgs = computed(() =>
    (this.session.me()?.orgs ?? []).flatMap((org) => {
      const [first] = org.envs;
      return first === undefined ? [] : [{ ...org, first: first.name }];
    }),
  );
  protected readonly envs = computed(() =>
    (this.scope.org()?.envs ?? []).map((env) => ({ ...env, kind: envKindOf(env.name) })),
  );
  protected readonly kind = computed(() => envKindOf(this.scope.env()?.name ?? ''));

  openOrgs(): void {
    this.orgTrigger()?.openMenu();
  }

  openEnvs(): void {
    this.envTrigger()?.openMenu();
  }

  protected initials(name: string): string {
    return name
      .split(/\s+/)
      .map((word) => word[0] ?? '')
      .join('')
      .slice(0, 2)
      .toUpperCase();
  }

  protected go(names: ScopeNames): void {
    const { commands, queryParams } = switchTarget(
      this.router.parseUrl(this.router.url),
      this.router.url,
      names,
    );
    void this.router.navigate([...commands], { queryParams });
  }
}
