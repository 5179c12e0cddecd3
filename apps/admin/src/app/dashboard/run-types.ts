import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Dashboard } from '@app/contracts';
import { formatCount, formatPercent } from '@app/admin-ui/format';
import { Scope } from '@app/admin-ui/session';

/** What started the runs: by count, with the share that failed. */
@Component({
  selector: 'hp-run-types',
  imports: [RouterLink],
  template: `
    <ul>
      @for (bar of bars(); track bar.type) {
        <li>
          <a
            [routerLink]="scope.link('runs')"
            [queryParams]="{
              type: bar.type,
              t: query()['t'],
              from: query()['from'],
              to: query()['to'],
              project: query()['project'],
            }"
          >
            <span class="name">{{ bar.type }}</span>
            <span class="num count"
              >{{ bar.count }} <span class="muted">{{ bar.share }}</span></span
            >
            <span class="track">
              <span class="fill" [style.width.%]="bar.width"></span>
              <span class="failed" [style.width.%]="bar.failedWidth"></span>
            </span>
          </a>
        </li>
      } @empty {
        <li class="none">Nothing ran in this time.</li>
      }
    </ul>
  `,
  styles: `
    a {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: 4px 8px;
      padding: 8px 0;
      color: inherit;
      font-size: 13px;
    }

    a:hover {
      text-decoration: none;
    }

    a:hover .name {
      color: var(--hot-link);
    }

    .count {
      font-weight: 500;
    }

    .muted {
      display: inline-block;
      min-width: 44px;
      font-weight: 400;
      text-align: end;
    }

    .track {
      display: flex;
      grid-column: 1 / -1;
      height: 6px;
      overflow: hidden;
      border-radius: 3px;
      background: var(--hot-surface-2);
    }

    .fill {
      background: var(--hot-cat-1);
    }

    .failed {
      background: var(--hot-bad-mark);
    }

    .none {
      padding: 24px 0;
      color: var(--hot-text-3);
      font-size: 13px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RunTypes {
  readonly types = input.required<Dashboard['run_types']>();
  readonly query = input.required<Readonly<Record<string, string>>>();
  protected readonly scope = inject(Scope);
  protected readonly bars = computed(() => {
    const total = Math.max(
      1,
      this.types().reduce((sum, { count }) => sum + count, 0),
    );
    const top = Math.max(1, ...this.types().map(({ count }) => count));
    return [...this.types()]
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count)
      .map(({ type, count, failed }) => ({
        type,
        count: formatCount(count),
        share: formatPercent(count / total),
        width: (100 * (count - failed)) / top,
        failedWidth: (100 * failed) / top,
      }));
  });
}
