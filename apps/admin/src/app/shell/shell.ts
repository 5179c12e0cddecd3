import { A11yModule } from '@angular/cdk/a11y';
import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  ElementRef,
  inject,
  Injector,
  signal,
  viewChild,
} from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { MatTooltip } from '@angular/material/tooltip';
import { NavigationEnd, Router, RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import type { NavBadges, Single } from '@app/contracts';
import { fetched } from '@app/admin-ui/data';
import { formatCount } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { refreshOn } from '@app/admin-ui/live';
import { envKindOf, Scope, Session } from '@app/admin-ui/session';
import { isTyping } from '@app/admin-ui/table';
import { filter } from 'rxjs';
import { BrandMark } from './brand-mark';
import { LivePill } from './live-pill';
import { NAV, NAV_ITEMS, type NavItem } from './nav';
import { trailOf } from './trail';
import { ScopeSwitch } from './scope-switch';
import { SessionEnded } from './session-ended';
import { ShortcutsSheet } from './shortcuts-sheet';
import { Theme, THEMES } from './theme';

/** The frame around every page of an environment. */
@Component({
  selector: 'hp-shell',
  imports: [
    A11yModule,
    BrandMark,
    Icon,
    LivePill,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    MatTooltip,
    RouterLink,
    RouterLinkActive,
    RouterOutlet,
    ScopeSwitch,
    SessionEnded,
    ShortcutsSheet,
  ],
  templateUrl: './shell.html',
  styleUrl: './shell.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '(document:keydown)': 'pressKey($event)' },
})
export class Shell {
  private readonly router = inject(Router);
  private readonly injector = inject(Injector);
  protected readonly session = inject(Session);
  protected readonly scope = inject(Scope);
  protected readonly theme = inject(Theme);
  protected readonly themes = THEMES;
  protected readonly navOpen = signal(false);
  protected readonly sheetOpen = signal(false);
  protected readonly narrowNav = signal(recall('hot.rail'));
  private readonly main = viewChild.required<ElementRef<HTMLElement>>('main');
  private readonly switcher = viewChild(ScopeSwitch);
  private chord = 0;
  private path = '';

  protected readonly envKind = computed(() => envKindOf(this.scope.env()?.name ?? ''));
  protected readonly groups = computed(() =>
    NAV.map((group) => ({
      ...group,
      items: group.items.filter(
        (item) => item.needs === undefined || item.needs.some((need) => this.scope.can(need)),
      ),
    })).filter((group) => group.items.length > 0),
  );
  protected readonly trail = computed(() => trailOf(this.scope.path()));

  private readonly badges = fetched<Single<NavBadges>>(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/nav`;
  });

  constructor() {
    refreshOn(['run:start', 'run:stop', 'run:fail', 'run:cancel', 'event:created', 'event:handled'], () =>
      this.badges.reload(),
    );
    this.router.events
      .pipe(
        filter((event) => event instanceof NavigationEnd),
        takeUntilDestroyed(),
      )
      .subscribe(() => this.arrive());
    effect(() => remember('hot.rail', this.narrowNav()));
  }

  protected badge(
    item: NavItem,
  ): { readonly text: string; readonly tone: string; readonly label: string } | null {
    const badges = this.badges.value()?.data;
    if (badges === undefined) return null;
    if (item.path === 'runs' && badges.runs_running > 0) {
      const text = formatCount(badges.runs_running);
      return { text, tone: 'calm', label: `${text} running` };
    }
    if (item.path === 'events' && badges.events_unhandled_24h > 0) {
      const text = formatCount(badges.events_unhandled_24h);
      return { text, tone: 'warn', label: `${text} unhandled in 24 hours` };
    }
    return null;
  }

  protected async signOut(): Promise<void> {
    await this.session.signOut();
    await this.router.navigateByUrl('/login');
  }

  protected pressKey(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this.navOpen()) this.navOpen.set(false);
    if (isTyping(event)) return;
    const second = Date.now() - this.chord < 1200;
    this.chord = 0;
    const target = second ? NAV_ITEMS.find(({ key }) => key === event.key) : undefined;
    if (target !== undefined) {
      event.preventDefault();
      void this.router.navigate(this.scope.link(target.path));
    } else if (event.key === 'g') this.chord = Date.now();
    else if (event.key === '?') this.sheetOpen.set(true);
    else if (event.key === '[') this.narrowNav.update((narrow) => !narrow);
    else if (event.key === 'd') this.theme.flip();
    else if (event.key === 'o') this.switcher()?.openOrgs();
    else if (event.key === 'e') this.switcher()?.openEnvs();
  }

  /** A new page: the drawer closes, and the focus goes to its heading, so that it is read out. */
  private arrive(): void {
    this.navOpen.set(false);
    const path = this.router.url.split('?')[0] ?? '';
    if (path === this.path) return;
    const first = this.path === '';
    this.path = path;
    if (first) return;
    afterNextRender(
      () => {
        const heading = this.main().nativeElement.querySelector<HTMLElement>('h1');
        heading?.setAttribute('tabindex', '-1');
        heading?.focus({ preventScroll: true });
      },
      { injector: this.injector },
    );
  }
}

function recall(key: string): boolean {
  try {
    return localStorage.getItem(key) === '1';
  } catch {
    // Storage switched off.
    return false;
  }
}

function remember(key: string, on: boolean): void {
  try {
    localStorage.setItem(key, on ? '1' : '0');
  } catch {
    // Storage switched off: remembered as long as the page.
  }
}
