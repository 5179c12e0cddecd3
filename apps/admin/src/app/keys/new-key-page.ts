import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Router } from '@angular/router';
import type { CreatedKey, KeyBody, Single } from '@app/contracts';
import { ApiClient, toApiError } from '@app/admin-ui/data';
import { Scope, Session } from '@app/admin-ui/session';
import { firstValueFrom } from 'rxjs';
import { KeyForm, type KeyDraft } from './key-form';
import { TokenDialog, type TokenData } from './token-dialog';

@Component({
  selector: 'hp-new-key-page',
  imports: [KeyForm],
  template: `
    <header class="page-head"><h1>New API key</h1></header>
    <hp-key-form
      verb="Create key"
      [initial]="draft"
      [busy]="busy()"
      [problem]="problem()"
      (done)="create($event)"
      (leave)="back()"
    />
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NewKeyPage {
  private readonly api = inject(ApiClient);
  private readonly dialogs = inject(MatDialog);
  private readonly router = inject(Router);
  private readonly scope = inject(Scope);
  private readonly session = inject(Session);
  protected readonly busy = signal(false);
  protected readonly problem = signal('');
  /** Begins narrow: what is not needed should not be given by habit. */
  protected readonly draft: KeyDraft = {
    description: '',
    permissions: { 'event:*': ['create'], 'stream:*': ['read'], 'run:*': ['read'] },
  };

  protected async create(body: KeyBody): Promise<void> {
    this.busy.set(true);
    this.problem.set('');
    try {
      const { data } = await this.api.send<Single<CreatedKey>>(
        'POST',
        `${this.scope.api() ?? ''}/api-keys`,
        body,
      );
      const shown = this.dialogs.open<TokenDialog, TokenData>(TokenDialog, {
        data: { token: data.token, apiUrl: this.session.me()?.api_url ?? '' },
        disableClose: true,
        width: '600px',
        maxWidth: '96vw',
      });
      await firstValueFrom(shown.afterClosed());
      await this.router.navigate(this.scope.link('api-keys', data.key.api_key_id));
    } catch (failure) {
      this.problem.set(toApiError(failure).message);
    } finally {
      this.busy.set(false);
    }
  }

  protected back(): void {
    void this.router.navigate(this.scope.link('api-keys'));
  }
}
