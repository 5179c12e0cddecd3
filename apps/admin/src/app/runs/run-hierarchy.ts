import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Hierarchy, Single } from '@app/contracts';
import { fetched } from '@app/admin-ui/data';
import { Duration, FunctionName, TimeView } from '@app/admin-ui/format';
import { refreshOn } from '@app/admin-ui/live';
import { Scope } from '@app/admin-ui/session';
import { ErrorState, Skeleton } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { hierarchyRows } from './hierarchy-rows';

/** What a run came from and what came of it. */
@Component({
  selector: 'hp-run-hierarchy',
  imports: [Duration, ErrorState, FunctionName, RouterLink, Skeleton, StatusChip, TimeView],
  template: `
    @if (hierarchy.error(); as problem) {
      <hp-error [error]="problem" what="the hierarchy" (again)="hierarchy.reload()" />
    }
    @if (rows(); as list) {
      @if (hierarchy.value()?.data?.truncated) {
        <p class="cut">Only the first 500 runs are shown.</p>
      }
      <ul aria-label="Runs around this one">
        @for (row of list; track row.node.run_id) {
          <li [class.self]="row.relation === 'self'" [style.--depth]="row.depth">
            <span class="what">
              @if (row.depth > 0) {
                <span class="elbow" aria-hidden="true"></span>
              }
              @if (row.relation === 'self') {
                <hp-function [name]="row.node.function ?? row.node.type" />
                <span class="chip">this run</span>
              } @else {
                <a [routerLink]="scope.link('runs', row.node.run_id)">
                  <hp-function [name]="row.node.function ?? row.node.type" />
                </a>
                @if (row.relation === 'retry') {
                  <span class="chip num">attempt {{ row.node.attempt }}</span>
                }
              }
            </span>
            <span class="trigger mono muted">{{ row.node.event_type ?? row.node.type }}</span>
            <hp-status class="status" [status]="row.node.status" [quiet]="true" />
            <hp-time class="time" [at]="row.node.started_at" />
            <hp-duration class="time" [us]="row.node.duration_us" [startedAt]="row.node.started_at" />
          </li>
        }
      </ul>
    } @else if (!hierarchy.error()) {
      <div class="waiting"><hp-skeleton height="120px" /></div>
    }
  `,
  styles: `
    :host {
      display: block;
    }

    li {
      display: grid;
      grid-template-columns: minmax(0, 1fr) 180px 160px 100px 96px;
      align-items: center;
      gap: 12px;
      min-height: 40px;
      padding: 4px 16px;
      border-bottom: 1px solid var(--hot-line);
      font-size: 13px;
    }

    li:last-child {
      border-bottom: 0;
    }

    .self {
      background: var(--hot-surface-2);
      box-shadow: inset 2px 0 0 var(--hot-focus);
    }

    .what {
      display: flex;
      align-items: center;
      gap: 8px;
      min-width: 0;
      padding-inline-start: calc(min(var(--depth), 12) * 20px);
    }

    .what a {
      display: inline-flex;
      min-width: 0;
    }

    .elbow {
      flex: none;
      width: 10px;
      height: 10px;
      margin: -8px 0 0 -14px;
      border-bottom: 1px solid var(--hot-line-strong);
      border-left: 1px solid var(--hot-line-strong);
      border-end-start-radius: 4px;
    }

    .trigger {
      overflow: hidden;
      font-size: 12px;
      text-overflow: ellipsis;
      white-space: nowrap;
    }

    .time {
      color: var(--hot-text-2);
      text-align: end;
    }

    .cut {
      padding: 8px 16px;
      border-bottom: 1px solid var(--hot-line);
      color: var(--hot-text-2);
      font-size: 12px;
    }

    .waiting {
      padding: 16px;
    }

    @media (width < 900px) {
      li {
        grid-template-columns: minmax(0, 1fr) auto auto;
        padding-block: 8px;
      }

      .what {
        grid-column: 1 / -1;
      }

      .trigger {
        display: none;
      }

      .status {
        justify-self: start;
      }
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RunHierarchy {
  readonly runId = input.required<string>();
  readonly address = input.required<string | undefined>();
  protected readonly scope = inject(Scope);
  protected readonly hierarchy = fetched<Single<Hierarchy>>(() => this.address());
  protected readonly rows = computed(() => {
    const nodes = this.hierarchy.value()?.data.nodes;
    return nodes === undefined ? undefined : hierarchyRows(nodes, this.runId());
  });

  constructor() {
    refreshOn(['run:start', 'run:stop', 'run:fail', 'run:cancel'], () => this.hierarchy.reload());
  }
}
