import { A11yModule } from '@angular/cdk/a11y';
import { ChangeDetectionStrategy, Component, output } from '@angular/core';
import { NAV_ITEMS } from './nav';

interface Shortcut {
  readonly keys: readonly string[];
  readonly text: string;
}

const EVERYWHERE: readonly Shortcut[] = [
  ...NAV_ITEMS.map(({ key, label }) => ({ keys: ['g', key], text: label })),
  { keys: ['o'], text: 'Organizations' },
  { keys: ['e'], text: 'Environments' },
  { keys: ['['], text: 'Collapse the navigation' },
  { keys: ['d'], text: 'Light or dark' },
  { keys: ['?'], text: 'This sheet' },
];

const LISTS: readonly Shortcut[] = [
  { keys: ['/'], text: 'Search' },
  { keys: ['j'], text: 'Next row' },
  { keys: ['k'], text: 'Previous row' },
  { keys: ['Enter'], text: 'Open the row' },
  { keys: ['r'], text: 'Refresh, show new rows' },
  { keys: ['t'], text: 'Time range' },
  { keys: ['Shift', '←'], text: 'Earlier' },
];

const TRACES: readonly Shortcut[] = [
  { keys: ['↓'], text: 'Next call' },
  { keys: ['↑'], text: 'Previous call' },
  { keys: ['→'], text: 'Expand' },
  { keys: ['←'], text: 'Collapse, then the caller' },
  { keys: ['n'], text: 'Next error' },
  { keys: ['0'], text: 'Whole run' },
];

@Component({
  selector: 'hp-shortcuts-sheet',
  imports: [A11yModule],
  template: `
    <div class="cover" tabindex="-1" (click)="done.emit()" (keydown.escape)="done.emit()">
      <section
        class="card"
        role="dialog"
        aria-modal="true"
        aria-labelledby="shortcuts-title"
        tabindex="-1"
        cdkTrapFocus
        cdkTrapFocusAutoCapture
        (click)="$event.stopPropagation()"
        (keydown.enter)="$event.stopPropagation()"
      >
        <h2 id="shortcuts-title">Keyboard shortcuts</h2>
        <div class="columns">
          @for (group of groups; track group.title) {
            <div>
              <h3>{{ group.title }}</h3>
              <dl>
                @for (shortcut of group.shortcuts; track shortcut.text) {
                  <div>
                    <dt>{{ shortcut.text }}</dt>
                    <dd>
                      @for (key of shortcut.keys; track $index) {
                        <kbd>{{ key }}</kbd>
                      }
                    </dd>
                  </div>
                }
              </dl>
            </div>
          }
        </div>
        <button type="button" class="btn" cdkFocusInitial (click)="done.emit()">Close</button>
      </section>
    </div>
  `,
  styles: `
    .cover {
      position: fixed;
      inset: 0;
      z-index: 40;
      display: grid;
      padding: 16px;
      overflow: auto;
      place-items: center;
      background: var(--hot-scrim);
    }

    section {
      width: 100%;
      max-width: 760px;
      padding: 24px;
      border-radius: 12px;
      outline: none;
    }

    h2 {
      margin-bottom: 16px;
      font-size: 16px;
    }

    h3 {
      margin-bottom: 8px;
      color: var(--hot-text-3);
      font-size: 12px;
      font-weight: 500;
    }

    .columns {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(200px, 1fr));
      gap: 24px 32px;
      margin-bottom: 20px;
    }

    dl > div {
      display: flex;
      align-items: center;
      justify-content: space-between;
      min-height: 28px;
      font-size: 13px;
    }

    dd {
      display: flex;
      gap: 4px;
    }

    kbd {
      min-width: 20px;
      padding: 0 5px;
      border: 1px solid var(--hot-line-strong);
      border-radius: 4px;
      background: var(--hot-surface-2);
      font-size: 11px;
      line-height: 18px;
      text-align: center;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '(document:keydown.escape)': 'done.emit()' },
})
export class ShortcutsSheet {
  readonly done = output();
  protected readonly groups = [
    { title: 'Everywhere', shortcuts: EVERYWHERE },
    { title: 'Lists', shortcuts: LISTS },
    { title: 'Traces', shortcuts: TRACES },
  ];
}
