import { inject, Injectable } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { type RouterStateSnapshot, TitleStrategy } from '@angular/router';
import { scopeOf } from '@app/admin-ui/session';

/** "Runs · development · Acme": the page first, because tabs are narrow. */
@Injectable({ providedIn: 'root' })
export class ScopedTitle extends TitleStrategy {
  private readonly title = inject(Title);

  override updateTitle(snapshot: RouterStateSnapshot): void {
    const scope = scopeOf(snapshot.url);
    const page = this.buildTitle(snapshot) ?? 'Hot Platform';
    this.title.setTitle(scope === null ? `${page} · Hot Platform` : `[${scope.env}] ${page} · ${scope.org}`);
  }
}
