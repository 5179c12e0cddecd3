import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { TaskPhase } from '@app/contracts';
import { Duration } from '@app/admin-ui/format';

const WORDS: Readonly<Record<TaskPhase['name'], string>> = {
  queued: 'Waiting for a worker',
  earlier: 'Earlier attempts and pauses',
  running: 'Running',
};

/** Where the time of a task went: a bar, and the same in words. */
@Component({
  selector: 'hp-task-timing',
  imports: [Duration],
  template: `
    <div class="bar" aria-hidden="true">
      @for (phase of rows(); track phase.name) {
        <span [class]="phase.name" [style.flex-grow]="phase.share"></span>
      }
    </div>
    <dl>
      @for (phase of rows(); track phase.name) {
        <div>
          <dt><span [class]="'key ' + phase.name"></span>{{ phase.words }}</dt>
          <dd><hp-duration [us]="phase.us" [startedAt]="phase.since" /></dd>
        </div>
      }
    </dl>
  `,
  styles: `
    :host {
      display: block;
    }

    .bar {
      display: flex;
      gap: 2px;
      height: 12px;
      margin-bottom: 12px;
    }

    .bar span {
      min-width: 3px;
      border-radius: 3px;
    }

    .queued {
      background: var(--hot-wait-mark);
    }

    .earlier {
      background: var(--hot-warn-mark);
    }

    .running {
      background: var(--hot-run-mark);
    }

    .key {
      display: inline-block;
      width: 9px;
      height: 9px;
      margin-inline-end: 8px;
      border-radius: 3px;
    }

    dl {
      display: grid;
      gap: 6px;
      margin: 0;
      font-size: 13px;
    }

    dl div {
      display: flex;
      justify-content: space-between;
      gap: 16px;
    }

    dt {
      color: var(--hot-text-2);
    }

    dd {
      margin: 0;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class TaskTiming {
  readonly phases = input.required<readonly TaskPhase[]>();
  protected readonly rows = computed(() => {
    const total = this.phases().reduce((sum, { us }) => sum + (us ?? 0), 0);
    return this.phases().map((phase) => ({
      ...phase,
      words: WORDS[phase.name],
      // One that goes on has the rest: how long it will be nobody knows.
      share: phase.us === null ? Math.max(total, 1) : Math.max(phase.us, total / 200),
    }));
  });
}
