import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Attribution } from '@app/contracts';
import { CopyButton, TimeView } from '../format';
import { Icon, type IconName } from '../icon';
import { Scope } from '../session';

const KINDS: Readonly<Record<Attribution['kind'], { readonly icon: IconName; readonly word: string }>> = {
  api_key: { icon: 'keys', word: 'API key' },
  service_key: { icon: 'keys', word: 'Service key' },
  session: { icon: 'keys', word: 'Session' },
  user: { icon: 'user', word: 'Dashboard' },
  run: { icon: 'runs', word: 'Run' },
  schedule: { icon: 'clock', word: 'Schedule' },
  system: { icon: 'system', word: 'Platform' },
};

/** Who or what caused it: the credential or person, and the request it came with. */
@Component({
  selector: 'hp-attribution',
  imports: [CopyButton, Icon, RouterLink, TimeView],
  template: `
    @let from = attribution();
    <div class="who">
      <hp-icon [name]="kind().icon" />
      <span class="kind">{{ kind().word }}</span>
      @if (link(); as commands) {
        <a [routerLink]="commands">{{ from.name ?? 'open' }}</a>
      } @else {
        <strong>{{ from.name ?? '' }}</strong>
      }
      @if (from.revoked) {
        <span class="chip">revoked</span>
      }
    </div>
    <dl>
      @if (from.method !== null && from.path !== null) {
        <dt>Request</dt>
        <dd class="mono">{{ from.method }} {{ from.path }}</dd>
      }
      @if (from.ip; as ip) {
        <dt>Address</dt>
        <dd class="mono">{{ ip }}<hp-copy [text]="ip" what="address" /></dd>
      }
      @if (from.user_agent; as agent) {
        <dt>Client</dt>
        <dd class="agent" [title]="agent">{{ agent }}</dd>
      }
      @if (from.at; as at) {
        <dt>Time</dt>
        <dd><hp-time [at]="at" [absolute]="true" /></dd>
      }
    </dl>
  `,
  styles: `
    .who {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 6px;
      margin-bottom: 8px;
      font-size: 13px;
    }

    .who hp-icon {
      width: 16px;
      height: 16px;
      color: var(--hot-text-3);
    }

    .kind {
      color: var(--hot-text-2);
    }

    dl {
      display: grid;
      grid-template-columns: 72px minmax(0, 1fr);
      gap: 4px 8px;
      font-size: 12px;
      line-height: 18px;
    }

    dt {
      color: var(--hot-text-3);
    }

    dd {
      display: flex;
      align-items: center;
      min-width: 0;
      overflow-wrap: anywhere;
    }

    .mono {
      font-size: 12px;
    }

    .agent {
      display: -webkit-box;
      overflow: hidden;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AttributionCard {
  readonly attribution = input.required<Attribution>();
  private readonly scope = inject(Scope);
  protected readonly kind = computed(() => KINDS[this.attribution().kind]);
  protected readonly link = computed(() => {
    const { kind, id } = this.attribution();
    if (id === null) return null;
    if (kind === 'api_key') return this.scope.link('api-keys', id);
    return kind === 'run' ? this.scope.link('runs', id) : null;
  });
}
