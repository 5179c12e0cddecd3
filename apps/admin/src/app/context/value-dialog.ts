import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import {
  CONTEXT_FORMATS,
  type ContextChangeBody,
  type ContextCreateBody,
  type ContextFormat,
  type Listing,
  type ProjectRow,
} from '@app/contracts';
import { Tell } from '@app/admin-ui/confirm';
import { ApiClient, fetched, toApiError } from '@app/admin-ui/data';
import { Icon } from '@app/admin-ui/icon';
import { Scope } from '@app/admin-ui/session';
import { descriptionProblem, keyProblem, valueProblem } from './value-rules';

export type ValueDialogData =
  /** `fixedProject` null: the environment. */
  | { readonly kind: 'new'; readonly key?: string; readonly fixedProject?: string | null }
  | {
      readonly kind: 'replace' | 'describe';
      readonly key: string;
      readonly project: string | null;
      readonly description: string | null;
    };

const RANDOM_BYTES = 32;

/** Gives a key a value, replaces one, or describes it. Closes with the key. The value lives in this dialog only. */
@Component({
  selector: 'hp-value-dialog',
  imports: [Icon, MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle],
  templateUrl: './value-dialog.html',
  styleUrl: './value-dialog.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ValueDialog {
  private readonly api = inject(ApiClient);
  private readonly scope = inject(Scope);
  private readonly tell = inject(Tell);
  private readonly dialog = inject<MatDialogRef<ValueDialog, string>>(MatDialogRef);
  protected readonly given = inject<ValueDialogData>(MAT_DIALOG_DATA);

  private readonly projectList = fetched<Listing<ProjectRow>>(() => {
    const base = this.scope.api();
    return base === undefined || this.given.kind !== 'new' ? undefined : `${base}/projects?limit=100`;
  });
  protected readonly projects = computed(() => this.projectList.value()?.data.map(({ name }) => name) ?? []);
  protected readonly asksKey = this.given.kind === 'new' && this.given.key === undefined;
  protected readonly levelIsGiven = this.given.kind !== 'new' || this.given.fixedProject !== undefined;
  protected readonly formats = CONTEXT_FORMATS;
  protected readonly key = signal(this.given.key ?? '');
  protected readonly project = signal(
    this.given.kind === 'new' ? (this.given.fixedProject ?? null) : this.given.project,
  );
  protected readonly value = signal('');
  protected readonly format = signal<ContextFormat>('text');
  protected readonly shown = signal(false);
  protected readonly description = signal(this.given.kind === 'new' ? '' : (this.given.description ?? ''));
  protected readonly touched = signal(false);
  protected readonly busy = signal(false);
  protected readonly problem = signal('');

  protected readonly keyWrong = computed(() =>
    this.touched() && this.asksKey ? keyProblem(this.key()) : '',
  );
  protected readonly valueWrong = computed(() =>
    this.value() === '' && !this.touched() ? '' : valueProblem(this.value(), this.format()),
  );
  protected readonly descriptionWrong = computed(() => descriptionProblem(this.description()));
  protected readonly levelName = computed(() => this.project() ?? 'Environment');
  protected readonly title = computed(() => {
    if (this.given.kind === 'describe') return `Describe ${this.given.key}`;
    if (this.given.kind === 'replace') return `Replace the value of ${this.given.key}`;
    if (this.given.key === undefined) return 'New variable';
    return this.project() === null ? `Set ${this.given.key}` : `Set ${this.given.key} for ${this.project()}`;
  });
  protected readonly verb = computed(() => {
    if (this.given.kind === 'describe') return 'Save description';
    return this.given.kind === 'replace' ? 'Replace value' : 'Save variable';
  });
  protected readonly effect = computed(() => {
    if (this.given.kind === 'describe') return '';
    const project = this.project();
    return project === null
      ? 'Runs that start from now on see it, in every project that has no value of its own.'
      : `Runs of ${project} that start from now on see it instead of the environment’s value.`;
  });

  protected text(event: Event): string {
    const { target } = event;
    return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement ? target.value : '';
  }

  protected chooseProject(event: Event): void {
    if (event.target instanceof HTMLSelectElement) this.project.set(event.target.value || null);
  }

  /** A random secret of 256 bits. */
  protected generate(): void {
    const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
    this.format.set('text');
    this.value.set(
      btoa(String.fromCharCode(...bytes))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replaceAll('=', ''),
    );
    this.shown.set(true);
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.touched.set(true);
    if (
      this.busy() ||
      [this.keyWrong(), this.valueWrongNow(), this.descriptionWrong()].some((words) => words !== '')
    )
      return;
    this.busy.set(true);
    this.problem.set('');
    try {
      await this.send();
      this.tell.done(
        this.given.kind === 'describe' ? 'The description was saved.' : `${this.key()} was saved.`,
      );
      this.dialog.close(this.key());
    } catch (failure) {
      this.problem.set(toApiError(failure).message);
    } finally {
      this.busy.set(false);
    }
  }

  private valueWrongNow(): string {
    return this.given.kind === 'describe' ? '' : valueProblem(this.value(), this.format());
  }

  private async send(): Promise<void> {
    const base = `${this.scope.api() ?? ''}/context`;
    const description = this.description().trim() === '' ? null : this.description().trim();
    const project = this.project();
    const valued = { value: this.value(), format: this.format() };
    if (this.given.kind === 'new') {
      const body: ContextCreateBody = { key: this.key(), project, description, ...valued };
      return this.api.send('POST', base, body);
    }
    const body: ContextChangeBody = {
      project,
      description,
      ...(this.given.kind === 'replace' ? valued : {}),
    };
    return this.api.send('PATCH', `${base}/${encodeURIComponent(this.key())}`, body);
  }
}
