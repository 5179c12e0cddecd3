import { ChangeDetectionStrategy, Component, computed, inject, Injectable, signal } from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialog,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogTitle,
} from '@angular/material/dialog';
import { firstValueFrom } from 'rxjs';

export interface Question {
  /** Names the object: "Cancel this run?" */
  readonly title: string;
  /** What will happen, one sentence each. */
  readonly consequences: readonly string[];
  /** The verb on the button: "Cancel run". */
  readonly verb: string;
  readonly danger?: boolean;
  /** Has to be typed before the button works. */
  readonly typed?: string;
}

@Component({
  selector: 'hp-confirm-dialog',
  imports: [MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle],
  template: `
    <h2 mat-dialog-title>{{ question.title }}</h2>
    <mat-dialog-content>
      @for (line of question.consequences; track line) {
        <p>{{ line }}</p>
      }
      @if (question.typed; as word) {
        <label
          >Type <strong>{{ word }}</strong> to go on
          <input type="text" autocomplete="off" [value]="typed()" (input)="type($event)" />
        </label>
      }
    </mat-dialog-content>
    <mat-dialog-actions>
      <button type="button" class="btn" mat-dialog-close cdkFocusInitial>Keep as it is</button>
      <button
        type="button"
        class="btn primary"
        [class.danger]="question.danger"
        [class.filled]="question.danger"
        [mat-dialog-close]="true"
        [disabled]="!ready()"
      >
        {{ question.verb }}
      </button>
    </mat-dialog-actions>
  `,
  styles: `
    p + p {
      margin-top: 8px;
    }

    mat-dialog-actions {
      gap: 8px;
    }

    label {
      display: flex;
      flex-direction: column;
      gap: 6px;
      margin-top: 16px;
      font-size: 13px;
    }

    input {
      height: 36px;
      padding: 0 10px;
      border: 1px solid var(--hot-line-strong);
      border-radius: 6px;
      background: var(--hot-surface);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
class ConfirmDialog {
  protected readonly question = inject<Question>(MAT_DIALOG_DATA);
  protected readonly typed = signal('');
  protected readonly ready = computed(
    () => this.question.typed === undefined || this.typed() === this.question.typed,
  );

  protected type(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.typed.set(event.target.value);
  }
}

/** Asks before something that others notice. */
@Injectable({ providedIn: 'root' })
export class Confirm {
  private readonly dialogs = inject(MatDialog);

  async ask(question: Question): Promise<boolean> {
    const dialog = this.dialogs.open<ConfirmDialog, Question, true>(ConfirmDialog, {
      data: question,
      width: '440px',
    });
    return (await firstValueFrom(dialog.afterClosed())) === true;
  }
}
