import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  linkedSignal,
  output,
  signal,
} from '@angular/core';
import type { KeyBody, PermissionMap, ResourceHint, Single } from '@app/contracts';
import { fetched } from '@app/admin-ui/data';
import { Scope } from '@app/admin-ui/session';
import { PermissionBuilder } from './permission-builder';
import { PermissionEffect } from './permission-effect';
import { beyond, validatePermissions } from './permissions';

export interface KeyDraft {
  readonly description: string;
  readonly permissions: PermissionMap;
}

/** Description and permissions of a key, to create or to change one. */
@Component({
  selector: 'hp-key-form',
  imports: [PermissionBuilder, PermissionEffect],
  templateUrl: './key-form.html',
  styleUrl: './key-form.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class KeyForm {
  readonly initial = input.required<KeyDraft>();
  readonly verb = input.required<string>();
  readonly busy = input(false);
  readonly problem = input('');
  readonly done = output<KeyBody>();
  readonly leave = output();

  private readonly scope = inject(Scope);
  private readonly hintsAnswer = fetched<Single<readonly ResourceHint[]>>(() =>
    this.from('permissions/resources'),
  );
  private readonly grantableAnswer = fetched<Single<PermissionMap>>(() => this.from('api-keys/grantable'));
  protected readonly hints = computed(() => this.hintsAnswer.value()?.data ?? []);
  protected readonly grantable = computed(() => this.grantableAnswer.value()?.data ?? null);
  protected readonly description = linkedSignal(() => this.initial().description);
  protected readonly permissions = linkedSignal(() => this.initial().permissions);
  protected readonly broken = signal(false);

  readonly changed = computed(
    () =>
      this.description() !== this.initial().description ||
      JSON.stringify(this.permissions()) !== JSON.stringify(this.initial().permissions),
  );
  protected readonly ready = computed(() => {
    const grantable = this.grantable();
    return (
      !this.busy() &&
      !this.broken() &&
      this.description().trim() !== '' &&
      validatePermissions(this.permissions()).length === 0 &&
      (grantable === null || beyond(this.permissions(), grantable).length === 0)
    );
  });

  protected describe(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.description.set(event.target.value);
  }

  protected submit(event: Event): void {
    event.preventDefault();
    if (!this.ready()) return;
    const permissions: Record<string, string[]> = {};
    for (const [urn, actions] of Object.entries(this.permissions())) permissions[urn] = [...actions];
    this.done.emit({ description: this.description().trim(), permissions });
  }

  private from(path: string): string | undefined {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/${path}`;
  }
}
