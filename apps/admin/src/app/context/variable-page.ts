import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { MatTooltip } from '@angular/material/tooltip';
import { Router, RouterLink } from '@angular/router';
import type { ContextKeyDetail, ContextLevel, ContextUse, Single } from '@app/contracts';
import { Confirm, Tell } from '@app/admin-ui/confirm';
import { ApiClient, fetched, withQuery } from '@app/admin-ui/data';
import { CopyButton, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { Scope } from '@app/admin-ui/session';
import { ErrorState, Skeleton } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { Cell, type Column, DataTable } from '@app/admin-ui/table';
import { levelRows, type LevelRow } from './level-rows';
import { firstOf } from './uses';
import { ValueDialog, type ValueDialogData } from './value-dialog';

const COLUMNS: readonly Column[] = [
  { id: 'level', header: 'Level', width: 180, card: 1 },
  { id: 'value', header: 'Value', width: 190, card: 1 },
  { id: 'about', header: 'Description', card: 2 },
  { id: 'use', header: 'In code', width: 210, from: 900 },
  { id: 'changed', header: 'Changed', width: 104, align: 'end', from: 640 },
  { id: 'by', header: 'By', width: 120, from: 1060 },
  { id: 'actions', header: '', width: 140, align: 'end', card: 2 },
];

@Component({
  selector: 'hp-variable-page',
  imports: [
    Cell,
    CopyButton,
    DataTable,
    ErrorState,
    Icon,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    MatTooltip,
    RouterLink,
    Skeleton,
    StatusChip,
    TimeView,
  ],
  templateUrl: './variable-page.html',
  styleUrl: './variable-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class VariablePage {
  readonly key = input.required<string>();
  private readonly api = inject(ApiClient);
  private readonly confirm = inject(Confirm);
  private readonly dialogs = inject(MatDialog);
  private readonly router = inject(Router);
  private readonly tell = inject(Tell);
  protected readonly scope = inject(Scope);

  private readonly address = computed(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/context/${encodeURIComponent(this.key())}`;
  });
  protected readonly detail = fetched<Single<ContextKeyDetail>>(() => this.address());
  protected readonly variable = computed(() => this.detail.value()?.data);
  protected readonly rows = computed(() => {
    const variable = this.variable();
    return variable === undefined ? undefined : levelRows(variable);
  });
  protected readonly columns = COLUMNS;
  protected readonly overrides = computed(
    () => this.variable()?.levels.some(({ project }) => project === null) === true,
  );
  protected readonly lead = computed(() => {
    const missing = this.variable()?.missing_in ?? [];
    if (missing.length > 0) return `Required by ${firstOf(missing)}, and not set there.`;
    return 'A project’s own value wins over the environment’s.';
  });
  protected readonly snippet = computed(() => `::hot::ctx/get(${JSON.stringify(this.key())})`);
  protected readonly rowId = (row: LevelRow): string => row.project ?? '\0environment';

  protected placesOf(use: ContextUse): string {
    return firstOf(use.declared_by);
  }

  protected set(project: string | null): void {
    this.open({ kind: 'new', key: this.key(), fixedProject: project });
  }

  protected replace({ project, description }: ContextLevel): void {
    this.open({ kind: 'replace', key: this.key(), project, description });
  }

  protected describe({ project, description }: ContextLevel): void {
    this.open({ kind: 'describe', key: this.key(), project, description });
  }

  protected async remove({ project }: ContextLevel): Promise<void> {
    const key = this.key();
    const falls = project !== null && this.overrides();
    const readers = this.variable()?.effects.filter(({ source }) => source === 'environment').length ?? 0;
    const sure = await this.confirm.ask({
      title: falls ? `Remove the override of ${key} in ${project}?` : `Delete ${key}?`,
      consequences: [
        falls
          ? `Runs of ${project} that start from now on find the environment’s value.`
          : project === null
            ? `Runs that start from now on find nothing, in every project without its own value (${readers} now).`
            : `Runs of ${project} that start from now on find nothing.`,
        'The value cannot be brought back.',
      ],
      verb: falls ? 'Remove override' : 'Delete value',
      danger: true,
      ...(falls ? {} : { typed: key }),
    });
    if (!sure) return;
    try {
      await this.api.send('DELETE', withQuery(this.address() ?? '', { project }));
      this.tell.done(falls ? 'The override was removed.' : 'The value was deleted.');
      await this.detail.reload();
      if (this.detail.error()?.status === 404) await this.router.navigate([...this.scope.link('context')]);
    } catch (failure) {
      this.tell.problem(failure);
    }
  }

  private open(data: ValueDialogData): void {
    this.dialogs
      .open<ValueDialog, ValueDialogData, string>(ValueDialog, { data, width: '560px', maxWidth: '96vw' })
      .afterClosed()
      .subscribe((key) => {
        if (key !== undefined) void this.detail.reload();
      });
  }
}
