import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { Router } from '@angular/router';
import type { DomainDetail, DomainRoom, Single } from '@app/contracts';
import { ApiClient, fetched, toApiError } from '@app/admin-ui/data';
import { Scope } from '@app/admin-ui/session';
import { hasRoom, isApex, problemOfName, roomWords } from './domain-rules';

/** What the server's codes mean to whoever fills in this form. */
const TEXTS: Readonly<Record<string, string>> = {
  domain_exists: 'This domain is registered already, here or elsewhere. Whoever has it must remove it first.',
  domain_pending_deletion: 'This domain is still being removed. Try again in a minute.',
  domain_limit_reached:
    'Your organization has all domains that its plan allows. Remove one, or change the plan.',
  plan_required: 'Custom domains are not part of your plan.',
  custom_domains_disabled: 'Custom domains are switched off on this installation.',
};

@Component({
  selector: 'hp-new-domain-page',
  templateUrl: './new-domain-page.html',
  styleUrl: './new-domain-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NewDomainPage {
  private readonly api = inject(ApiClient);
  private readonly router = inject(Router);
  private readonly scope = inject(Scope);
  private readonly room = fetched<Single<DomainRoom>>(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/domains/room`;
  });
  protected readonly name = signal('');
  protected readonly busy = signal(false);
  protected readonly refused = signal('');
  protected readonly hint = computed(() => problemOfName(this.name()));
  protected readonly apex = computed(() => isApex(this.name()));
  protected readonly note = computed(() => {
    const room = this.room.value()?.data;
    return room === undefined ? '' : roomWords(room);
  });
  protected readonly ready = computed(() => {
    const room = this.room.value()?.data;
    const isFull = room !== undefined && !hasRoom(room);
    return !this.busy() && !isFull && this.name().trim() !== '' && this.hint() === '';
  });

  protected type(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.name.set(event.target.value);
    this.refused.set('');
  }

  protected async create(event: Event): Promise<void> {
    event.preventDefault();
    if (!this.ready()) return;
    this.busy.set(true);
    this.refused.set('');
    try {
      const { data } = await this.api.send<Single<DomainDetail>>(
        'POST',
        `${this.scope.api() ?? ''}/domains`,
        {
          domain: this.name(),
        },
      );
      await this.router.navigate(this.scope.link('domains', data.domain_id));
    } catch (failure) {
      const { code, message } = toApiError(failure);
      this.refused.set(TEXTS[code] ?? message);
    } finally {
      this.busy.set(false);
    }
  }

  protected back(): void {
    void this.router.navigate(this.scope.link('domains'));
  }
}
