import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import type { Listing, StreamDataRow } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { refreshOn } from '@app/admin-ui/live';
import { Scope } from '@app/admin-ui/session';
import { ErrorState, Skeleton } from '@app/admin-ui/states';
import { DataList } from '@app/admin-ui/stream-data';

/** What a run put on its stream. */
@Component({
  selector: 'hp-run-output',
  imports: [DataList, ErrorState, Skeleton],
  template: `
    @if (data.error(); as problem) {
      <hp-error [error]="problem" what="the output" (again)="data.reload()" />
    }
    @if (data.value(); as listing) {
      <hp-stream-data [rows]="listing.data" [more]="listing.pagination.has_more" />
    } @else if (!data.error()) {
      <div class="waiting"><hp-skeleton height="80px" /></div>
    }
  `,
  styles: `
    :host {
      display: block;
    }

    .waiting {
      padding: 16px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RunOutput {
  readonly runId = input.required<string>();
  readonly streamId = input.required<string>();
  private readonly scope = inject(Scope);
  protected readonly data = fetched<Listing<StreamDataRow>>(() => {
    const base = this.scope.api();
    return base === undefined
      ? undefined
      : withQuery(`${base}/streams/${this.streamId()}/data`, { run: this.runId(), limit: 500 });
  });

  constructor() {
    refreshOn(
      ['stream:data'],
      () => this.data.reload(),
      (message) => message.topic === 'stream:data' && message.data.run_id === this.runId(),
    );
  }
}
