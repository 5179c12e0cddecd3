import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Listing, RunRow, Single, WebhookDetail, WebhookUrl } from '@app/contracts';
import { Confirm, Tell } from '@app/admin-ui/confirm';
import { ApiClient, fetched, withQuery } from '@app/admin-ui/data';
import { CopyButton, FunctionName, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { RunTable } from '@app/admin-ui/run-table';
import { RecentCallsView } from '@app/admin-ui/service-group';
import { Scope, Session } from '@app/admin-ui/session';
import { EmptyState, ErrorState, Skeleton } from '@app/admin-ui/states';
import { requestFor } from './request';

@Component({
  selector: 'hp-webhook-page',
  imports: [
    CopyButton,
    EmptyState,
    ErrorState,
    FunctionName,
    Icon,
    RecentCallsView,
    RouterLink,
    RunTable,
    Skeleton,
    TimeView,
  ],
  templateUrl: './webhook-page.html',
  styleUrl: './webhook-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class WebhookPage {
  readonly endpointId = input.required<string>();
  private readonly api = inject(ApiClient);
  private readonly confirm = inject(Confirm);
  private readonly session = inject(Session);
  private readonly tell = inject(Tell);
  protected readonly scope = inject(Scope);

  private readonly base = computed(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/webhooks/${this.endpointId()}`;
  });
  protected readonly detail = fetched<Single<WebhookDetail>>(() => this.base());
  protected readonly webhook = computed(() => this.detail.value()?.data);
  protected readonly runs = fetched<Listing<RunRow>>(() => {
    const base = this.scope.api();
    const webhook = this.webhook();
    if (base === undefined || webhook === undefined) return undefined;
    return withQuery(`${base}/runs`, { function: webhook.function, type: 'call', limit: 10 });
  });
  protected readonly runColumns = ['status', 'function', 'id', 'started', 'duration'] as const;
  /** The whole path while it is shown; for the endpoint that it belongs to. */
  private readonly shown = signal<WebhookUrl | undefined>(undefined);
  protected readonly busy = signal(false);
  private readonly origin = computed(() => this.session.me()?.api_url ?? '');
  protected readonly whole = computed(() => {
    const shown = this.shown();
    return shown?.endpoint_id === this.endpointId() ? `${this.origin()}${shown.path}` : undefined;
  });
  protected readonly masked = computed(
    () => `${this.origin()}${this.webhook()?.base_path ?? ''}/••••••••••••`,
  );
  protected readonly request = computed(() => {
    const webhook = this.webhook();
    return webhook === undefined ? '' : requestFor(webhook, this.whole());
  });
  protected readonly urn = computed(() => {
    const webhook = this.webhook();
    return webhook === undefined ? '' : `webhook:${webhook.service}${webhook.path}`;
  });

  protected async reveal(): Promise<void> {
    this.busy.set(true);
    try {
      const { data } = await this.api.send<Single<WebhookUrl>>('POST', `${this.base() ?? ''}/reveal`, {});
      this.shown.set(data);
    } catch (failure) {
      this.tell.problem(failure);
    } finally {
      this.busy.set(false);
    }
  }

  protected hide(): void {
    this.shown.set(undefined);
  }

  protected async rotate({ method, path }: WebhookDetail): Promise<void> {
    const sure = await this.confirm.ask({
      title: `Renew the address of ${method} ${path}?`,
      consequences: [
        'The address that callers use now is answered 404 at once.',
        'Every caller has to be given the new one.',
      ],
      verb: 'Renew address',
      danger: true,
      typed: path,
    });
    if (!sure) return;
    try {
      const { data } = await this.api.send<Single<WebhookUrl>>('POST', `${this.base() ?? ''}/rotate`, {});
      this.shown.set(data);
      this.tell.done('The address was renewed.');
    } catch (failure) {
      this.tell.problem(failure);
    }
  }
}
