import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { SearchBox } from '../filter';
import { Icon } from '../icon';
import { ClearFilters } from '../listing';
import type { ServiceList } from './service-list';

@Component({
  selector: 'hp-service-filters',
  imports: [ClearFilters, Icon, SearchBox],
  template: `
    <hp-search [label]="label()" [value]="list().values().q" (valueChange)="list().change({ q: $event })" />
    <select aria-label="Auth" (change)="setAuth($event)">
      <option value="all" [selected]="list().values().auth === 'all'">Any auth</option>
      <option value="none" [selected]="list().values().auth === 'none'">{{ open() }}</option>
      <option value="required" [selected]="list().values().auth === 'required'">Credential required</option>
    </select>
    @if (list().values().project; as project) {
      <button type="button" class="btn" (click)="list().change({ project: '' })">
        project is <strong>{{ project }}</strong><hp-icon name="close" />
      </button>
    }
    <hp-clear-filters [list]="list()" />
  `,
  host: { class: 'filters' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ServiceFilters {
  readonly list = input.required<ServiceList<unknown>>();
  /** Of the search box. */
  readonly label = input.required<string>();
  /** What it is called when nobody has to show who they are. */
  readonly open = input.required<string>();

  protected setAuth(event: Event): void {
    if (event.target instanceof HTMLSelectElement) this.list().change({ auth: event.target.value as 'all' });
  }
}
