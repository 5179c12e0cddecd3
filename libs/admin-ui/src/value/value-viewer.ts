import { ChangeDetectionStrategy, Component, computed, input, signal } from '@angular/core';
import { CopyButton, formatBytes } from '../format';
import { formatJson, JsonSyntaxError, parseJson } from './json-model';
import { ValueTree } from './value-tree';

/** A stored value: as a tree, or as text; to copy or to download. */
@Component({
  selector: 'hp-value',
  imports: [CopyButton, ValueTree],
  templateUrl: './value-viewer.html',
  styleUrl: './value-viewer.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ValueViewer {
  /** JSON text. */
  readonly json = input.required<string>();
  readonly label = input('Value');
  /** Whole size in bytes, when the text is cut. */
  readonly wholeBytes = input<number>();
  /** Where the whole text can be had. */
  readonly download = input<string>();

  protected readonly mode = signal<'tree' | 'text'>('tree');
  protected readonly parsed = computed(() => {
    try {
      return parseJson(this.json());
    } catch (problem) {
      // A text that was cut is no JSON any more; it is still worth showing.
      if (problem instanceof JsonSyntaxError) return null;
      throw problem;
    }
  });
  protected readonly asText = computed(() => {
    const node = this.parsed();
    return node === null ? this.json() : formatJson(node);
  });
  protected readonly cut = computed(() => {
    const whole = this.wholeBytes();
    return whole === undefined
      ? ''
      : `The first ${formatBytes(this.json().length)} of ${formatBytes(whole)}.`;
  });
}
