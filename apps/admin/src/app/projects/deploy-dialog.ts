import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import type { BuildChanges, BuildRow, Single } from '@app/contracts';
import { Tell } from '@app/admin-ui/confirm';
import { ApiClient, fetched, toApiError } from '@app/admin-ui/data';
import { FunctionName } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { envKindOf, Scope } from '@app/admin-ui/session';
import { ErrorState, Skeleton } from '@app/admin-ui/states';

export interface DeployData {
  readonly build: BuildRow;
}

/** Says what a deployment changes, then does it. In production the environment's name has to be typed. */
@Component({
  selector: 'hp-deploy-dialog',
  imports: [
    ErrorState,
    FunctionName,
    Icon,
    MatDialogActions,
    MatDialogClose,
    MatDialogContent,
    MatDialogTitle,
    Skeleton,
  ],
  templateUrl: './deploy-dialog.html',
  styleUrl: './deploy-dialog.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class DeployDialog {
  private readonly api = inject(ApiClient);
  private readonly scope = inject(Scope);
  private readonly tell = inject(Tell);
  private readonly dialog = inject(MatDialogRef);
  protected readonly build = inject<DeployData>(MAT_DIALOG_DATA).build;

  private readonly address = computed(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/builds/${this.build.build_id}`;
  });
  protected readonly changes = fetched<Single<BuildChanges>>(() => {
    const address = this.address();
    return address === undefined ? undefined : `${address}/changes`;
  });
  protected readonly env = computed(() => this.scope.env()?.name ?? '');
  protected readonly guarded = computed(() => envKindOf(this.env()) === 'production');
  protected readonly typed = signal('');
  protected readonly busy = signal(false);
  protected readonly problem = signal('');
  protected readonly missing = computed(() => this.changes.value()?.data.missing_context_keys ?? []);
  protected readonly ready = computed(
    () => !this.busy() && this.missing().length === 0 && (!this.guarded() || this.typed() === this.env()),
  );

  protected type(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.typed.set(event.target.value);
  }

  protected async deploy(): Promise<void> {
    if (!this.ready()) return;
    this.busy.set(true);
    this.problem.set('');
    try {
      await this.api.send('POST', `${this.address() ?? ''}/deploy`, {});
      this.tell.done(`Deploying ${this.build.hash.slice(0, 10)}.`);
      this.dialog.close(true);
    } catch (failure) {
      this.problem.set(toApiError(failure).message);
    } finally {
      this.busy.set(false);
    }
  }
}
