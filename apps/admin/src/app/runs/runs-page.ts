import { ChangeDetectionStrategy, Component, computed } from '@angular/core';
import { RUN_STATUSES, RUN_TYPES, type LiveRun, type RunRow } from '@app/contracts';
import { FilterMenu, SearchBox } from '@app/admin-ui/filter';
import { onLive } from '@app/admin-ui/live';
import { RunTable } from '@app/admin-ui/run-table';
import {
  ClearFilters,
  facetOptions,
  IgnoredNotice,
  listPage,
  ListPager,
  ListRange,
  NoMatch,
} from '@app/admin-ui/listing';
import { EmptyState } from '@app/admin-ui/states';
import { statusLook } from '@app/admin-ui/status';
import { StatusTabs } from '@app/admin-ui/status-tabs';
import { NewPill } from '@app/admin-ui/table';
import { list, text } from '@app/admin-ui/url';
import { applyLiveRun, concernsList } from './live-runs';

const FILTERS = { q: text(), status: list(RUN_STATUSES), type: list(RUN_TYPES), project: list() };

@Component({
  selector: 'hp-runs-page',
  imports: [
    ClearFilters,
    EmptyState,
    FilterMenu,
    IgnoredNotice,
    ListPager,
    ListRange,
    NewPill,
    NoMatch,
    RunTable,
    SearchBox,
    StatusTabs,
  ],
  templateUrl: './runs-page.html',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RunsPage {
  protected readonly list = listPage<RunRow, typeof FILTERS>({
    path: 'runs',
    filters: FILTERS,
    range: '24h',
    sorts: ['-started', 'started', '-duration', 'duration'],
  });
  protected readonly tabs = RUN_STATUSES.map((value) => ({ value, ...statusLook(value) }));
  protected readonly typeOptions = RUN_TYPES.map((type) => ({ value: type, label: type }));
  protected readonly projectOptions = computed(() =>
    facetOptions(this.list.facets(), 'project', this.list.values().project),
  );

  constructor() {
    onLive(['run:start', 'run:stop', 'run:fail', 'run:cancel', 'run:retry'], (message) => {
      if (message.topic === 'resync') void this.list.reload();
      else this.hear(message.topic, message.data as LiveRun);
    });
  }

  private hear(topic: string, run: LiveRun): void {
    this.list.patch((listing) => applyLiveRun(listing, run));
    if (topic === 'run:start' && concernsList(run, this.list.values()))
      this.list.announce(run.run_id, ({ run_id }) => run_id === run.run_id);
  }
}
