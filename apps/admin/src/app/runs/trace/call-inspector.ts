import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import {
  CALL_HAS_ARGS,
  CALL_HAS_RESULT,
  CALL_OPEN,
  type CallValues,
  type Single,
  type Trace,
} from '@app/contracts';
import { fetched } from '@app/admin-ui/data';
import { formatFine, FunctionName } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { ErrorState, Skeleton } from '@app/admin-ui/states';
import { StatusGlyph } from '@app/admin-ui/status';
import { ValueViewer } from '@app/admin-ui/value';
import { durationOf, isError, nameOf, treeOf } from './trace-model';

/** One call in full: what it got, what it gave, how long it took. */
@Component({
  selector: 'hp-call-inspector',
  imports: [ErrorState, FunctionName, Icon, Skeleton, StatusGlyph, ValueViewer],
  templateUrl: './call-inspector.html',
  styleUrl: './call-inspector.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '(document:keydown.escape)': 'done.emit()' },
})
export class CallInspector {
  readonly trace = input.required<Trace>();
  readonly call = input.required<number>();
  readonly runDuration = input.required<number | null>();
  /** Address of the run's calls. */
  readonly address = input.required<string | undefined>();
  readonly done = output();

  private readonly tree = computed(() => treeOf(this.trace(), this.runDuration()));
  protected readonly values = fetched<Single<CallValues>>(() => {
    const address = this.address();
    return address === undefined || !this.hasValues() ? undefined : `${address}/${this.call()}`;
  });
  protected readonly hasValues = computed(
    () => (this.flags() & (CALL_HAS_ARGS | CALL_HAS_RESULT)) !== 0 || this.failed(),
  );
  private readonly flags = computed(() => this.trace().flags[this.call()] ?? 0);
  protected readonly failed = computed(() => isError(this.tree(), this.call()));
  protected readonly open = computed(() => (this.flags() & CALL_OPEN) !== 0);
  protected readonly name = computed(() => nameOf(this.tree(), this.call()));
  protected readonly place = computed(() => {
    const file = this.trace().files[this.trace().file[this.call()] ?? -1];
    return file === undefined ? null : `${file}:${this.trace().line[this.call()] ?? 0}`;
  });
  protected readonly facts = computed(() => {
    const tree = this.tree();
    const call = this.call();
    const total = durationOf(tree, call);
    const same = this.trace().name.filter((name) => name === this.trace().name[call]).length;
    return [
      { name: 'Started', value: `+${formatFine(this.trace().start_us[call] ?? 0)}` },
      { name: 'Total', value: formatFine(total) },
      { name: 'Own time', value: formatFine(tree.selfUs[call] ?? 0) },
      { name: 'Calls below', value: (tree.below[call] ?? 0).toLocaleString('en-US') },
      { name: 'Same function', value: `${same.toLocaleString('en-US')} ×` },
    ];
  });
}
