import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { DerivedKeyDetail, Single } from '@app/contracts';
import { Confirm, Tell } from '@app/admin-ui/confirm';
import { ApiClient, fetched } from '@app/admin-ui/data';
import { ShortId, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { Scope } from '@app/admin-ui/session';
import { ErrorState, Skeleton } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { ValueViewer } from '@app/admin-ui/value';
import { KINDS, nameOf, type DerivedKeyKind } from './kinds';

@Component({
  selector: 'hp-derived-key-page',
  imports: [ErrorState, Icon, RouterLink, ShortId, Skeleton, StatusChip, TimeView, ValueViewer],
  templateUrl: './derived-key-page.html',
  styles: `
    .columns {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr));
      gap: 16px;
      align-items: start;
    }

    .pad {
      min-width: 0;
      padding: 16px;
    }

    h2 {
      margin-bottom: 8px;
    }

    li {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 6px;
      padding: 4px 0;
    }

    li .mono {
      margin-inline-end: auto;
      overflow-wrap: anywhere;
    }

    p.muted {
      display: flex;
      gap: 8px;
      font-size: 13px;
    }

    p hp-icon {
      flex: none;
      width: 16px;
      height: 16px;
      margin-top: 2px;
    }

    .waiting {
      display: flex;
      flex-direction: column;
      gap: 16px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class DerivedKeyPage {
  readonly kind = input.required<DerivedKeyKind>();
  readonly id = input.required<string>();
  private readonly api = inject(ApiClient);
  private readonly confirm = inject(Confirm);
  private readonly tell = inject(Tell);
  protected readonly scope = inject(Scope);

  private readonly address = computed(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/${this.kind()}/${encodeURIComponent(this.id())}`;
  });
  protected readonly detail = fetched<Single<DerivedKeyDetail>>(() => this.address());
  protected readonly key = computed(() => this.detail.value()?.data);
  protected readonly words = computed(() => KINDS[this.kind()]);
  protected readonly rules = computed(() =>
    Object.entries(this.key()?.permissions ?? {}).map(([urn, actions]) => ({ urn, actions })),
  );
  protected readonly nameOf = nameOf;

  protected async revoke(key: DerivedKeyDetail): Promise<void> {
    const isService = this.kind() === 'service-keys';
    const sure = await this.confirm.ask({
      title: `Revoke ${nameOf(key)}?`,
      consequences: [
        `Whoever uses it is refused at once. A revoked ${this.words().one} cannot be brought back.`,
      ],
      verb: isService ? 'Revoke service key' : 'Revoke session',
      danger: true,
      ...(isService ? { typed: nameOf(key) } : {}),
    });
    if (!sure) return;
    try {
      await this.api.send('DELETE', this.address() ?? '');
      this.tell.done(`The ${this.words().one} was revoked.`);
      await this.detail.reload();
    } catch (failure) {
      this.tell.problem(failure);
    }
  }
}
