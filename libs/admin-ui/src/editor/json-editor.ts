import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  CSP_NONCE,
  DestroyRef,
  effect,
  ElementRef,
  inject,
  input,
  model,
  viewChild,
} from '@angular/core';
import { isDark } from './theme';
import type { EditorHandle } from './codemirror';

/** An editor for JSON. CodeMirror is a file of its own, loaded when the first editor is shown. */
@Component({
  selector: 'hp-json-editor',
  template: `<div #mount class="mount"></div>`,
  styles: `
    :host {
      display: block;
      min-width: 0;
      overflow: hidden;
      border: 1px solid var(--hot-line-strong);
      border-radius: 6px;
      background: var(--hot-surface);
    }

    :host(:focus-within) {
      outline: 2px solid var(--hot-focus);
      outline-offset: -1px;
    }

    .mount {
      min-height: 180px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class JsonEditor {
  readonly value = model.required<string>();
  readonly label = input('JSON');
  readonly maxHeight = input('46vh');

  private readonly mount = viewChild.required<ElementRef<HTMLElement>>('mount');
  private readonly nonce = inject(CSP_NONCE, { optional: true });
  private editor: EditorHandle | undefined;
  private gone = false;

  constructor() {
    inject(DestroyRef).onDestroy(() => {
      this.gone = true;
      this.editor?.destroy();
    });
    afterNextRender(() => void this.start());
    effect(() => {
      // Read first: before the editor is there, `?.` would skip it, and the effect would follow nothing for ever.
      const text = this.value();
      this.editor?.setText(text);
    });
  }

  private async start(): Promise<void> {
    const { createJsonEditor } = await import('./codemirror');
    if (this.gone) return;
    this.editor = createJsonEditor({
      parent: this.mount().nativeElement,
      text: this.value(),
      label: this.label(),
      maxHeight: this.maxHeight(),
      dark: isDark(),
      nonce: this.nonce,
      changed: (text) => this.value.set(text),
    });
  }
}
