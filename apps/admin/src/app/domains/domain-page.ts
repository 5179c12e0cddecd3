import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  inject,
  input,
  signal,
} from '@angular/core';
import { Router } from '@angular/router';
import type { DomainDetail, Single } from '@app/contracts';
import { Confirm, Tell } from '@app/admin-ui/confirm';
import { ApiClient, fetched } from '@app/admin-ui/data';
import { CopyButton, ShortId, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { Scope } from '@app/admin-ui/session';
import { ErrorState, Skeleton } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { lookOf, stepsOf } from './domain-rules';

const POLL_MS = 5_000;
/** Name servers are others' machines, and what they say does not change within seconds. */
const COOL_DOWN_MS = 10_000;

@Component({
  selector: 'hp-domain-page',
  imports: [CopyButton, ErrorState, Icon, ShortId, Skeleton, StatusChip, TimeView],
  templateUrl: './domain-page.html',
  styleUrl: './domain-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class DomainPage {
  readonly domainId = input.required<string>();
  private readonly api = inject(ApiClient);
  private readonly confirm = inject(Confirm);
  private readonly router = inject(Router);
  private readonly tell = inject(Tell);
  protected readonly scope = inject(Scope);

  private readonly address = computed(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/domains/${encodeURIComponent(this.domainId())}`;
  });
  protected readonly detail = fetched<Single<DomainDetail>>(() => this.address());
  protected readonly domain = computed(() => this.detail.value()?.data);
  protected readonly checking = signal(false);
  protected readonly lookOf = lookOf;
  protected readonly stepsOf = stepsOf;

  constructor() {
    // The worker moves it on; nothing tells the browser so.
    const timer = setInterval(() => {
      const status = this.domain()?.status;
      if (status === undefined || status === 'active' || document.hidden) return;
      void this.detail.reload();
    }, POLL_MS);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  protected async check(): Promise<void> {
    this.checking.set(true);
    setTimeout(() => this.checking.set(false), COOL_DOWN_MS);
    try {
      const answer = await this.api.send<Single<DomainDetail>>('POST', `${this.address() ?? ''}/verify`, {});
      this.detail.patch(() => answer);
      this.tell.done(
        answer.data.status === 'pending_validation'
          ? 'The record was not found yet.'
          : 'The domain is proved.',
      );
    } catch (failure) {
      this.tell.problem(failure);
    }
  }

  protected async remove(domain: DomainDetail): Promise<void> {
    const sure = await this.confirm.ask({
      title: `Remove ${domain.domain}?`,
      consequences: [
        'Whoever calls this name is refused at once.',
        'The name is free for others once it has been cleaned up, within a minute or so.',
      ],
      verb: 'Remove domain',
      danger: true,
      typed: domain.domain,
    });
    if (!sure) return;
    try {
      await this.api.send('DELETE', this.address() ?? '');
      this.tell.done('The domain is being removed.');
      await this.router.navigate(this.scope.link('domains'));
    } catch (failure) {
      this.tell.problem(failure);
    }
  }
}
