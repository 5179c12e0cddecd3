import { ChangeDetectionStrategy, Component, computed, input, linkedSignal } from '@angular/core';
import { Icon } from '../icon';
import { type JsonNode, previewJson } from './json-model';
import { PAGE, type JsonRow, rowsOf } from './json-rows';

/** A value as a tree whose branches open and close. Text of customers is shown as text, whatever it contains. */
@Component({
  selector: 'hp-value-tree',
  imports: [Icon],
  templateUrl: './value-tree.html',
  styleUrl: './value-tree.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ValueTree {
  readonly node = input.required<JsonNode>();
  readonly label = input('Value');
  readonly openDepth = input(2);

  private readonly flipped = linkedSignal<JsonNode, ReadonlySet<string>>({
    source: this.node,
    computation: () => new Set(),
  });
  private readonly shown = linkedSignal<JsonNode, ReadonlyMap<string, number>>({
    source: this.node,
    computation: () => new Map(),
  });
  protected readonly rows = computed(() =>
    rowsOf(this.node(), { flipped: this.flipped(), shown: this.shown(), openDepth: this.openDepth() }),
  );
  protected readonly preview = previewJson;

  protected toggle(row: JsonRow): void {
    if (row.size === null || row.size === 0) return;
    this.flipped.update((paths) => {
      const next = new Set(paths);
      if (!next.delete(row.path)) next.add(row.path);
      return next;
    });
  }

  protected showMore(row: JsonRow): void {
    this.shown.update((counts) => new Map(counts).set(row.path, (counts.get(row.path) ?? PAGE) + PAGE));
  }

  protected pressKey(event: KeyboardEvent, row: JsonRow): void {
    if ((event.key === 'ArrowRight' && !row.open) || (event.key === 'ArrowLeft' && row.open))
      this.toggle(row);
  }
}
