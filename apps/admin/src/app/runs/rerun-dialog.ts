import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import type { RerunBody, RunDetail, Single, Started, ValueText } from '@app/contracts';
import { Tell } from '@app/admin-ui/confirm';
import { ApiClient, toApiError } from '@app/admin-ui/data';
import { JsonEditor } from '@app/admin-ui/editor';
import { FunctionName } from '@app/admin-ui/format';
import { Scope } from '@app/admin-ui/session';
import { formatJson, JsonSyntaxError, parseJson } from '@app/admin-ui/value';

export interface RerunData {
  readonly run: RunDetail;
  readonly address: string;
  readonly input: ValueText | null;
}

/** Runs the same function again, in a new stream, with the input as it was or changed. */
@Component({
  selector: 'hp-rerun-dialog',
  imports: [FunctionName, JsonEditor, MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle],
  templateUrl: './rerun-dialog.html',
  styles: `
    .what {
      display: flex;
      margin-bottom: 12px;
    }

    fieldset {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 20px;
      margin: 0 0 12px;
      padding: 0;
      border: 0;
      font-size: 13px;
    }

    legend {
      padding: 0;
      margin-bottom: 4px;
      color: var(--hot-text-2);
      font-size: 12px;
    }

    label {
      display: inline-flex;
      align-items: center;
      gap: 6px;
    }

    .caption {
      margin-bottom: 4px;
      color: var(--hot-text-2);
      font-size: 12px;
    }

    .problem {
      margin-top: 8px;
      color: var(--hot-bad-fg);
      font-size: 13px;
    }

    mat-dialog-actions {
      gap: 8px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RerunDialog {
  private readonly api = inject(ApiClient);
  private readonly tell = inject(Tell);
  private readonly scope = inject(Scope);
  private readonly dialog = inject(MatDialogRef);
  protected readonly data = inject<RerunData>(MAT_DIALOG_DATA);

  private readonly before = pretty(this.data.input);
  protected readonly editable = this.data.input !== null && !this.data.input.truncated;
  protected readonly input = signal(this.before);
  protected readonly build = signal<'deployed' | 'original'>('deployed');
  protected readonly busy = signal(false);
  protected readonly problem = signal('');
  protected readonly changed = computed(() => this.editable && this.input() !== this.before);
  protected readonly valid = computed(() => !this.changed() || isJson(this.input()));

  protected async start(): Promise<void> {
    if (!this.valid()) return;
    this.busy.set(true);
    this.problem.set('');
    const body: RerunBody = {
      build: this.build(),
      // Left out when untouched: the server has it exactly, and maybe longer than what is shown.
      ...(this.changed() ? { input: this.input() } : {}),
    };
    try {
      const { data } = await this.api.send<Single<Started>>('POST', `${this.data.address}/rerun`, body);
      this.dialog.close();
      this.tell.done('The run was started.', this.scope.link('events', data.event_id));
    } catch (failure) {
      this.problem.set(toApiError(failure).message);
    } finally {
      this.busy.set(false);
    }
  }
}

function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch (problem) {
    if (problem instanceof JsonSyntaxError) return false;
    throw problem;
  }
}

function pretty(value: ValueText | null): string {
  if (value === null || value.truncated) return '';
  return isJson(value.json) ? formatJson(parseJson(value.json)) : value.json;
}
