import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import type { AgentDetail, AgentHandler, Graph, Listing, RunRow, Single, StreamRow } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { fileName, FunctionName, TimeView } from '@app/admin-ui/format';
import { refreshOn } from '@app/admin-ui/live';
import { RunTable } from '@app/admin-ui/run-table';
import { Scope } from '@app/admin-ui/session';
import { EmptyState, ErrorState, Skeleton } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { Cell, type Column, DataTable, PAGE_SIZES, Pager } from '@app/admin-ui/table';
import { choice, integer, text, urlState } from '@app/admin-ui/url';
import { Topology } from './graph/topology';
import { healthHint, rateWords, triggerName } from './words';

const TABS = [
  { id: 'graph', label: 'Graph' },
  { id: 'handlers', label: 'Handlers' },
  { id: 'runs', label: 'Runs' },
  { id: 'streams', label: 'Streams' },
] as const;
type TabId = (typeof TABS)[number]['id'];

const HANDLER_COLUMNS: readonly Column[] = [
  { id: 'function', header: 'Function', card: 1 },
  { id: 'kind', header: 'Kind', width: 92, card: 2 },
  { id: 'trigger', header: 'Trigger', width: 216, card: 2 },
  { id: 'sends', header: 'Sends', width: 200, from: 860 },
  { id: 'retry', header: 'Retries', width: 124, from: 1000 },
  { id: 'at', header: 'Source', width: 132, from: 760 },
];
const STREAM_COLUMNS: readonly Column[] = [
  { id: 'state', header: 'State', width: 112, card: 1 },
  { id: 'root', header: 'Began with', card: 1 },
  { id: 'runs', header: 'Runs', width: 80, align: 'end', card: 2 },
  { id: 'events', header: 'Events', width: 80, align: 'end', from: 640 },
  { id: 'started', header: 'Started', width: 112, align: 'end', card: 2 },
];
const HISTORY = '7d';

@Component({
  selector: 'hp-agent-page',
  imports: [
    Cell,
    DataTable,
    EmptyState,
    ErrorState,
    FunctionName,
    MatTooltip,
    Pager,
    RouterLink,
    RunTable,
    Skeleton,
    StatusChip,
    TimeView,
    Topology,
  ],
  templateUrl: './agent-page.html',
  styleUrl: './agent-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AgentPage {
  readonly namespace = input.required<string>();
  readonly type = input.required<string>();
  readonly tab = input('graph');
  protected readonly scope = inject(Scope);
  protected readonly url = urlState({
    sel: text(),
    layout: choice(['h', 'v'], 'h'),
    size: integer(25, PAGE_SIZES),
    cur: text(),
  });
  protected readonly tabs = TABS;
  protected readonly handlerColumns = HANDLER_COLUMNS;
  protected readonly streamColumns = STREAM_COLUMNS;
  protected readonly activeTab = computed<TabId>(
    () => TABS.find(({ id }) => id === this.tab())?.id ?? 'graph',
  );
  protected readonly inspector = signal(true);

  private readonly address = computed(() => {
    const base = this.scope.api();
    return base === undefined
      ? undefined
      : `${base}/agents/${encodeURIComponent(this.namespace())}/${encodeURIComponent(this.type())}`;
  });
  protected readonly detail = fetched<Single<AgentDetail>>(() => this.address());
  protected readonly agent = computed(() => this.detail.value()?.data);
  protected readonly graph = fetched<Single<Graph>>(() => {
    const base = this.scope.api();
    return base === undefined || this.activeTab() !== 'graph'
      ? undefined
      : withQuery(`${base}/graph`, { agent: `${this.namespace()}/${this.type()}` });
  });
  protected readonly runs = fetched<Listing<RunRow>>(() => this.history('runs'), { keep: true });
  protected readonly streams = fetched<Listing<StreamRow>>(() => this.history('streams'), { keep: true });

  protected readonly healthHint = healthHint;
  protected readonly rateWords = rateWords;
  protected readonly triggerName = triggerName;
  protected readonly handlerId = (row: AgentHandler): string =>
    `${row.function}\0${row.kind}\0${row.trigger}`;
  protected readonly streamId = (stream: StreamRow): string => stream.stream_id;
  protected readonly streamLink = (stream: StreamRow): readonly string[] =>
    this.scope.link('streams', stream.stream_id);
  protected readonly fileName = fileName;

  constructor() {
    refreshOn(['run:start', 'run:stop', 'run:fail', 'build:status'], async () => {
      await Promise.all([this.detail.reload(), this.runs.reload(), this.streams.reload()]);
    });
  }

  protected tabLink(id: TabId): readonly string[] {
    const base = this.scope.link('agents', this.namespace(), this.type());
    return id === 'graph' ? base : [...base, id];
  }

  protected choose(id: string): void {
    this.inspector.set(true);
    this.url.set({ sel: id });
  }

  private history(tab: TabId): string | undefined {
    const address = this.address();
    const { size, cur } = this.url.values();
    if (address === undefined || this.activeTab() !== tab) return undefined;
    return withQuery(`${address}/${tab}`, { t: HISTORY, limit: size, cursor: cur });
  }
}
