import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import type { AgentRow, Graph, Listing, Single } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { SearchBox } from '@app/admin-ui/filter';
import { plural } from '@app/admin-ui/format';
import { refreshOn } from '@app/admin-ui/live';
import { Scope } from '@app/admin-ui/session';
import { EmptyState, ErrorState, Skeleton } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { PAGE_SIZES, Pager } from '@app/admin-ui/table';
import { choice, flag, integer, text, urlState } from '@app/admin-ui/url';
import { Topology } from './graph/topology';
import { healthHint, rateWords, triggerWords } from './words';

const SNIPPET = `OrderAgent
meta {agent: {description: "Takes orders.", tags: ["orders"]}}
type { model: Str }

confirm
meta {on-event: "order:created", agent: OrderAgent}
fn (event) { send("order:confirmed", event.data) }`;

@Component({
  selector: 'hp-agents-page',
  imports: [EmptyState, ErrorState, MatTooltip, Pager, RouterLink, SearchBox, Skeleton, StatusChip, Topology],
  templateUrl: './agents-page.html',
  styleUrl: './agents-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AgentsPage {
  protected readonly scope = inject(Scope);
  protected readonly url = urlState({
    q: text(),
    sel: text(),
    layout: choice(['h', 'v'], 'h'),
    fold: flag(),
    size: integer(25, PAGE_SIZES),
    cur: text(),
  });
  protected readonly agents = fetched<Listing<AgentRow>>(
    () => {
      const base = this.scope.api();
      const { q, size, cur } = this.url.values();
      return base === undefined ? undefined : withQuery(`${base}/agents`, { q, limit: size, cursor: cur });
    },
    { keep: true },
  );
  protected readonly graph = fetched<Single<Graph>>(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/graph`;
  });
  protected readonly inspector = signal(this.url.values().sel !== '');
  protected readonly snippet = SNIPPET;
  protected readonly plural = plural;
  protected readonly healthHint = healthHint;
  protected readonly rateWords = rateWords;
  protected readonly triggerWords = triggerWords;

  constructor() {
    refreshOn(['run:stop', 'run:fail'], () => this.agents.reload());
    refreshOn(['build:status', 'project:changed'], async () => {
      await Promise.all([this.agents.reload(), this.graph.reload()]);
    });
  }

  protected choose(id: string): void {
    this.inspector.set(true);
    this.url.set({ sel: id });
  }
}
