import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { type WebhookRow, type WebhookServices } from '@app/contracts';
import { FunctionName, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { RecentCallsView, ServiceFilters, ServiceGroup, serviceList } from '@app/admin-ui/service-group';
import { Scope } from '@app/admin-ui/session';
import { EmptyState, ErrorState, Skeleton } from '@app/admin-ui/states';
import { Cell, type Column, DataTable } from '@app/admin-ui/table';

const COLUMNS: readonly Column[] = [
  { id: 'method', header: 'Method', width: 84, card: 1 },
  { id: 'path', header: 'Path', card: 1 },
  { id: 'function', header: 'Function', width: 260, from: 760, card: 2 },
  { id: 'auth', header: 'Auth', width: 118, card: 1 },
  { id: 'project', header: 'Project', width: 120, from: 980 },
  { id: 'calls', header: 'Last day', width: 130, align: 'end', card: 2 },
  { id: 'last', header: 'Last call', width: 104, align: 'end', from: 640 },
];

const SNIPPET = `on-paid
meta {webhook: {service: "shop", path: "/paid"}}
fn (request: ::hot::http/HttpRequest) { {received: request.body} }`;

/** Addresses of all services, or of the one in the path. */
@Component({
  selector: 'hp-webhooks-page',
  imports: [
    Cell,
    DataTable,
    EmptyState,
    ErrorState,
    FunctionName,
    Icon,
    RecentCallsView,
    RouterLink,
    ServiceFilters,
    ServiceGroup,
    Skeleton,
    TimeView,
  ],
  templateUrl: './webhooks-page.html',
  styleUrl: './webhooks-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class WebhooksPage {
  readonly service = input<string>();
  protected readonly scope = inject(Scope);
  protected readonly list = serviceList<WebhookServices>('webhooks', this.service);
  protected readonly columns = COLUMNS;
  protected readonly snippet = SNIPPET;
  protected readonly rowId = (row: WebhookRow): string => row.endpoint_id;
  protected readonly rowLink = (row: WebhookRow): readonly string[] =>
    this.scope.link('webhooks', row.service, row.endpoint_id);

  protected countOf(rows: readonly WebhookRow[]): string {
    return rows.length === 1 ? '1 endpoint' : `${rows.length} endpoints`;
  }
}
