import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { DOOR_AUTHS, type McpServices, type McpToolRow, type Single } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { SearchBox } from '@app/admin-ui/filter';
import { CopyButton, FunctionName } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { RecentCallsView, ServiceGroup } from '@app/admin-ui/service-group';
import { Scope, Session } from '@app/admin-ui/session';
import { EmptyState, ErrorState, Skeleton } from '@app/admin-ui/states';
import { Cell, type Column, DataTable, isTyping } from '@app/admin-ui/table';
import { choice, text, urlState } from '@app/admin-ui/url';
import { clientConfig, keyRequest } from './connect';

const COLUMNS: readonly Column[] = [
  { id: 'tool', header: 'Tool', card: 1 },
  { id: 'function', header: 'Function', width: 250, from: 760, card: 2 },
  { id: 'place', header: 'Source', width: 190, from: 1080 },
  { id: 'auth', header: 'Auth', width: 118, card: 1 },
  { id: 'project', header: 'Project', width: 120, from: 940 },
  { id: 'calls', header: 'Last day', width: 130, align: 'end', card: 2 },
];

const SNIPPET = `find-item
meta {mcp: {service: "stock"}, doc: "Looks up one article."}
fn (sku: Str): Map { {sku: sku, left: 3} }`;

/** Tools of all services, or of the one in the path, with how clients connect to it. */
@Component({
  selector: 'hp-mcp-page',
  imports: [
    Cell,
    CopyButton,
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
  ],
  templateUrl: './mcp-page.html',
  styleUrl: './mcp-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '(document:keydown)': 'pressKey($event)' },
})
export class McpPage {
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
  protected readonly answer = fetched<Single<McpServices>>(
    () => {
      const base = this.scope.api();
      const { q, auth, project } = this.url.values();
      const query = { q, auth: auth === 'all' ? '' : auth, project, service: this.service() ?? '' };
      return base === undefined ? undefined : withQuery(`${base}/mcp`, query);
    },
    { keep: true },
  );
  protected readonly data = computed(() => this.answer.value()?.data);
  protected readonly filtered = computed(() => {
    const { q, auth, project } = this.url.values();
    return q !== '' || auth !== 'all' || project !== '';
  });
  protected readonly rowId = (row: McpToolRow): string => row.name;
  protected readonly rowLink = (row: McpToolRow): readonly string[] =>
    this.scope.link('mcp', row.service, row.name);

  protected address(path: string): string {
    return `${this.session.me()?.api_url ?? ''}${path}`;
  }

  protected config(service: string, path: string): string {
    return clientConfig(service, this.address(path));
  }

  protected key(service: string): string {
    return keyRequest(this.session.me()?.api_url ?? '', service);
  }

  protected countOf(rows: readonly McpToolRow[]): string {
    return rows.length === 1 ? '1 tool' : `${rows.length} tools`;
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
