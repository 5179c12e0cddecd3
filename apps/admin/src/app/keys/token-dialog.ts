import { Clipboard } from '@angular/cdk/clipboard';
import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogTitle,
} from '@angular/material/dialog';
import { CopyButton } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';

export interface TokenData {
  readonly token: string;
  readonly apiUrl: string;
}

const SNIPPETS = ['.env', 'cURL'] as const;

/** A token, shown once. It lives in this dialog only and is gone when it closes. */
@Component({
  selector: 'hp-token-dialog',
  imports: [CopyButton, Icon, MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle],
  templateUrl: './token-dialog.html',
  styleUrl: './token-dialog.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class TokenDialog {
  private readonly clipboard = inject(Clipboard);
  protected readonly data = inject<TokenData>(MAT_DIALOG_DATA);
  protected readonly kinds = SNIPPETS;
  protected readonly kind = signal<(typeof SNIPPETS)[number]>('.env');
  protected readonly stored = signal(false);
  protected readonly copied = signal(false);
  protected readonly snippet = computed(() => {
    const { token, apiUrl } = this.data;
    return this.kind() === '.env'
      ? `HOT_API_URL=${apiUrl}\nHOT_API_KEY=${token}`
      : `curl ${apiUrl}/v1/runs \\\n  -H "Authorization: Bearer ${token}"`;
  });

  protected copy(): void {
    this.copied.set(this.clipboard.copy(this.data.token));
  }
}
