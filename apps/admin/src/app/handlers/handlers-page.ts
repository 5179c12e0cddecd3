import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import type { EventHandlerRow, Listing } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { SearchBox } from '@app/admin-ui/filter';
import { FunctionName, splitFunction, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { refreshOn } from '@app/admin-ui/live';
import { Scope } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { Cell, type Column, DataTable, isTyping, PAGE_SIZES, Pager } from '@app/admin-ui/table';
import { integer, text, urlState } from '@app/admin-ui/url';

const COLUMNS: readonly Column[] = [
  { id: 'type', header: 'Event type', width: 210, card: 1 },
  { id: 'function', header: 'Function', card: 2 },
  { id: 'project', header: 'Project', width: 124, from: 640 },
  { id: 'agent', header: 'Agent', width: 132, from: 860 },
  { id: 'retry', header: 'Retries', width: 120, from: 980 },
  { id: 'last', header: 'Last event', width: 216, align: 'end', card: 1 },
  { id: 'at', header: 'Source', width: 132, from: 1080 },
];

const SNIPPET = `confirm meta {on-event: "order:created"}
fn (event) { event.data }`;

@Component({
  selector: 'hp-handlers-page',
  imports: [
    Cell,
    DataTable,
    EmptyState,
    FunctionName,
    Icon,
    MatTooltip,
    Pager,
    RouterLink,
    SearchBox,
    StatusChip,
    TimeView,
  ],
  templateUrl: './handlers-page.html',
  styleUrl: './handlers-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '(document:keydown)': 'pressKey($event)' },
})
export class HandlersPage {
  protected readonly scope = inject(Scope);
  protected readonly url = urlState({
    q: text(),
    project: text(),
    size: integer(50, PAGE_SIZES),
    cur: text(),
  });
  protected readonly columns = COLUMNS;
  protected readonly snippet = SNIPPET;
  protected readonly handlers = fetched<Listing<EventHandlerRow>>(
    () => {
      const base = this.scope.api();
      const { q, project, size, cur } = this.url.values();
      const query = { q, project, limit: size, cursor: cur, include: 'facets' };
      return base === undefined ? undefined : withQuery(`${base}/handlers`, query);
    },
    { keep: true },
  );
  protected readonly projectOptions = computed(() => this.handlers.value()?.facets?.['project'] ?? []);
  protected readonly filtered = computed(
    () => this.url.values().q !== '' || this.url.values().project !== '',
  );
  protected readonly rowId = (row: EventHandlerRow): string => row.event_handler_id;

  constructor() {
    // What came of the last event changes while one looks.
    refreshOn(['run:start', 'run:stop', 'run:fail'], () => this.handlers.reload());
  }

  protected agentLink(agent: string): readonly string[] {
    const { namespace, name } = splitFunction(agent);
    return this.scope.link('agents', namespace.slice(0, -1), name);
  }

  protected shortAgent(agent: string): string {
    return splitFunction(agent).name;
  }

  protected fileName(path: string): string {
    return path.slice(path.lastIndexOf('/') + 1);
  }

  protected chooseProject(event: Event): void {
    if (event.target instanceof HTMLSelectElement) this.change({ project: event.target.value });
  }

  protected change(change: Partial<{ q: string; project: string }>): void {
    this.url.set({ ...change, cur: '' }, { replace: change.q !== undefined });
  }

  protected clear(): void {
    this.change({ q: '', project: '' });
  }

  protected pressKey(event: KeyboardEvent): void {
    if (isTyping(event)) return;
    if (event.key === 'r') void this.handlers.reload();
    if (event.key === 'F' && event.shiftKey) this.clear();
  }
}
