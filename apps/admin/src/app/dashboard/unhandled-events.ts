import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { EventRow } from '@app/contracts';
import { TimeView } from '@app/admin-ui/format';
import { Scope } from '@app/admin-ui/session';
import { Cell, type Column, DataTable } from '@app/admin-ui/table';

const COLUMNS: readonly Column[] = [
  { id: 'type', header: 'Event type', width: 200, card: 1 },
  { id: 'payload', header: 'Payload', from: 480, card: 2 },
  { id: 'time', header: 'Time', width: 104, align: 'end', card: 1 },
];

@Component({
  selector: 'hp-unhandled-events',
  imports: [Cell, DataTable, RouterLink, TimeView],
  template: `
    <hp-table
      label="unhandled events"
      [columns]="columns"
      [rows]="rows()"
      [rowId]="rowId"
      [rowLink]="rowLink"
    >
      <ng-template hpCell="type" [hpCellOf]="rows()" let-event>
        <a class="mono" [routerLink]="rowLink(event)">{{ event.type }}</a>
      </ng-template>
      <ng-template hpCell="payload" [hpCellOf]="rows()" let-event>
        <span class="mono muted">{{ event.payload_preview ?? '' }}</span>
      </ng-template>
      <ng-template hpCell="time" [hpCellOf]="rows()" let-event
        ><hp-time [at]="event.event_time"
      /></ng-template>
    </hp-table>
  `,
  styles: `
    a {
      color: inherit;
    }

    .mono {
      font-size: 12px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class UnhandledEvents {
  readonly rows = input.required<readonly EventRow[]>();
  private readonly scope = inject(Scope);
  protected readonly columns = COLUMNS;
  protected readonly rowId = (event: EventRow): string => event.event_id;
  protected readonly rowLink = (event: EventRow): readonly string[] =>
    this.scope.link('events', event.event_id);
}
