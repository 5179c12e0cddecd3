import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { DOOR_AUTHS, type Single, type WebhookRow, type WebhookServices } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { SearchBox } from '@app/admin-ui/filter';
import { FunctionName, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { RecentCallsView, ServiceGroup } from '@app/admin-ui/service-group';
import { Scope, Session } from '@app/admin-ui/session';
import { EmptyState, ErrorState, Skeleton } from '@app/admin-ui/states';
import { Cell, type Column, DataTable, isTyping } from '@app/admin-ui/table';
import { choice, text, urlState } from '@app/admin-ui/url';

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
    SearchBox,
    ServiceGroup,
    Skeleton,
    TimeView,
  ],
  templateUrl: './webhooks-page.html',
  styleUrl: './webhooks-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '(document:keydown)': 'pressKey($event)' },
})
export class WebhooksPage {
  readonly service = input<string>();
  private readonly session = inject(Session);
  protected readonly scope = inject(Scope);
  protected readonly url = urlState({
    q: text(),
    auth: choice(['all', ...DOOR_AUTHS], 'all'),
    project: text(),
  });
  protected readonly columns = COLUMNS;
  protected readonly snippet = SNIPPET;
  protected readonly answer = fetched<Single<WebhookServices>>(
    () => {
      const base = this.scope.api();
      const { q, auth, project } = this.url.values();
      const query = { q, auth: auth === 'all' ? '' : auth, project, service: this.service() ?? '' };
      return base === undefined ? undefined : withQuery(`${base}/webhooks`, query);
    },
    { keep: true },
  );
  protected readonly data = computed(() => this.answer.value()?.data);
  protected readonly filtered = computed(() => {
    const { q, auth, project } = this.url.values();
    return q !== '' || auth !== 'all' || project !== '';
  });
  protected readonly rowId = (row: WebhookRow): string => row.endpoint_id;
  protected readonly rowLink = (row: WebhookRow): readonly string[] =>
    this.scope.link('webhooks', row.service, row.endpoint_id);

  protected address(path: string): string {
    return `${this.session.me()?.api_url ?? ''}${path}`;
  }

  protected countOf(rows: readonly WebhookRow[]): string {
    return rows.length === 1 ? '1 endpoint' : `${rows.length} endpoints`;
  }

  protected setAuth(event: Event): void {
    if (event.target instanceof HTMLSelectElement) this.url.set({ auth: event.target.value as 'all' });
  }

  protected clear(): void {
    this.url.set({ q: '', auth: 'all', project: '' });
  }

  protected pressKey(event: KeyboardEvent): void {
    if (isTyping(event)) return;
    if (event.key === 'r') void this.answer.reload();
    if (event.key === 'F' && event.shiftKey) this.clear();
  }
}
