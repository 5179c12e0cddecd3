import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { type McpServices, type McpToolRow } from '@app/contracts';
import { fileName, CopyButton, FunctionName } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { RecentCallsView, ServiceFilters, ServiceGroup, serviceList } from '@app/admin-ui/service-group';
import { Scope, Session } from '@app/admin-ui/session';
import { EmptyState, ErrorState, Skeleton } from '@app/admin-ui/states';
import { Cell, type Column, DataTable } from '@app/admin-ui/table';
import { clientConfig, keyRequest } from './connect';

const COLUMNS: readonly Column[] = [
  { id: 'tool', header: 'Tool', card: 1 },
  { id: 'function', header: 'Function', width: 250, from: 760, card: 2 },
  { id: 'place', header: 'Source', width: 132, from: 1080 },
  { id: 'auth', header: 'Auth', width: 118, card: 1 },
  { id: 'project', header: 'Project', width: 150, from: 940 },
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
    ServiceFilters,
    ServiceGroup,
    Skeleton,
  ],
  templateUrl: './mcp-page.html',
  styleUrl: './mcp-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class McpPage {
  readonly service = input<string>();
  private readonly session = inject(Session);
  protected readonly scope = inject(Scope);
  protected readonly list = serviceList<McpServices>('mcp', this.service);
  protected readonly columns = COLUMNS;
  protected readonly snippet = SNIPPET;
  protected readonly fileName = fileName;
  protected readonly rowId = (row: McpToolRow): string => row.name;
  protected readonly rowLink = (row: McpToolRow): readonly string[] =>
    this.scope.link('mcp', row.service, row.name);

  protected config(service: string, path: string): string {
    return clientConfig(service, this.list.address(path));
  }

  protected key(service: string): string {
    return keyRequest(this.session.me()?.api_url ?? '', service);
  }

  protected countOf(rows: readonly McpToolRow[]): string {
    return rows.length === 1 ? '1 tool' : `${rows.length} tools`;
  }
}
