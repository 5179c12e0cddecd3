import { Injectable, signal } from '@angular/core';

export const THEMES = ['system', 'light', 'dark'] as const;
export type ThemeName = (typeof THEMES)[number];

const KEY = 'hot.theme';

/** Light, dark, or what the system says. public/theme.js applies the choice before the first paint. */
@Injectable({ providedIn: 'root' })
export class Theme {
  private readonly chosen = signal<ThemeName>(stored());
  readonly name = this.chosen.asReadonly();

  choose(name: ThemeName): void {
    this.chosen.set(name);
    const classes = document.documentElement.classList;
    classes.remove('light', 'dark');
    if (name !== 'system') classes.add(name);
    try {
      if (name === 'system') localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, name);
    } catch {
      // Storage switched off: the choice lasts as long as the page.
    }
  }

  /** Between light and dark, from whatever is shown now. */
  flip(): void {
    const dark =
      this.chosen() === 'dark' ||
      (this.chosen() === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
    this.choose(dark ? 'light' : 'dark');
  }
}

function stored(): ThemeName {
  try {
    return THEMES.find((name) => name === localStorage.getItem(KEY)) ?? 'system';
  } catch {
    // Storage switched off.
    return 'system';
  }
}
