import { inject, Injectable } from '@angular/core';
import { MatSnackBar } from '@angular/material/snack-bar';
import { Router } from '@angular/router';
import { toApiError } from '../data';

/** Short notices at the bottom: that something was done, or why it was not. */
@Injectable({ providedIn: 'root' })
export class Tell {
  private readonly bar = inject(MatSnackBar);
  private readonly router = inject(Router);

  done(text: string, open?: readonly string[]): void {
    const shown = this.bar.open(text, open === undefined ? undefined : 'Open', { duration: 8000 });
    if (open !== undefined) shown.onAction().subscribe(() => void this.router.navigate([...open]));
  }

  problem(failure: unknown): void {
    this.bar.open(toApiError(failure).message, 'Close', { duration: 12_000 });
  }
}
