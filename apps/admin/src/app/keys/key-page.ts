import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { Router } from '@angular/router';
import type { KeyBody, KeyRow, Single } from '@app/contracts';
import { Confirm, Tell } from '@app/admin-ui/confirm';
import { ApiClient, fetched, toApiError } from '@app/admin-ui/data';
import { ShortId, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { Scope } from '@app/admin-ui/session';
import { ErrorState, Skeleton } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { KeyForm } from './key-form';
import { PermissionEffect } from './permission-effect';

@Component({
  selector: 'hp-key-page',
  imports: [ErrorState, Icon, KeyForm, PermissionEffect, ShortId, Skeleton, StatusChip, TimeView],
  templateUrl: './key-page.html',
  styles: `
    .card {
      max-width: 560px;
      padding: 16px;
    }

    .waiting {
      display: flex;
      flex-direction: column;
      gap: 16px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class KeyPage {
  readonly keyId = input.required<string>();
  private readonly api = inject(ApiClient);
  private readonly confirm = inject(Confirm);
  private readonly router = inject(Router);
  private readonly tell = inject(Tell);
  protected readonly scope = inject(Scope);

  private readonly address = computed(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/api-keys/${encodeURIComponent(this.keyId())}`;
  });
  protected readonly detail = fetched<Single<KeyRow>>(() => this.address());
  protected readonly key = computed(() => this.detail.value()?.data);
  protected readonly editing = signal(false);
  protected readonly busy = signal(false);
  protected readonly problem = signal('');

  protected async save(body: KeyBody): Promise<void> {
    this.busy.set(true);
    this.problem.set('');
    try {
      await this.api.send('PATCH', this.address() ?? '', body);
      await this.detail.reload();
      this.editing.set(false);
      this.tell.done('The key was changed.');
    } catch (failure) {
      this.problem.set(toApiError(failure).message);
    } finally {
      this.busy.set(false);
    }
  }

  protected async revoke(key: KeyRow): Promise<void> {
    const name = key.description === '' ? key.prefix : key.description;
    const sure = await this.confirm.ask({
      title: `Revoke ${name}?`,
      consequences: ['Whoever uses it is refused at once. A revoked key cannot be brought back.'],
      verb: 'Revoke key',
      danger: true,
      typed: name,
    });
    if (!sure) return;
    try {
      await this.api.send('DELETE', this.address() ?? '');
      this.tell.done('The key was revoked.');
      await this.router.navigate(this.scope.link('api-keys'));
    } catch (failure) {
      this.tell.problem(failure);
    }
  }
}
