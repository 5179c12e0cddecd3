import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { linter, lintGutter } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';

export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly label: string;
  readonly maxHeight: string;
  readonly dark: boolean;
  /** For the style element that the editor makes. */
  readonly nonce: string | null;
  readonly changed: (text: string) => void;
}

export interface EditorHandle {
  setText(text: string): void;
  destroy(): void;
}

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--hot-value-key)' },
  { tag: tags.string, color: 'var(--hot-value-string)' },
  { tag: tags.number, color: 'var(--hot-value-number)' },
  { tag: [tags.bool, tags.null], color: 'var(--hot-value-literal)' },
]);

export function createJsonEditor(options: EditorOptions): EditorHandle {
  const look = EditorView.theme(
    {
      '&': { fontSize: '12.5px', backgroundColor: 'transparent', color: 'var(--hot-text)' },
      '&.cm-focused': { outline: 'none' },
      '.cm-scroller': {
        fontFamily: 'var(--hot-mono)',
        lineHeight: '20px',
        minHeight: '180px',
        maxHeight: options.maxHeight,
      },
      '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--hot-text-3)', border: 'none' },
      '.cm-content': { padding: '8px 0', caretColor: 'var(--hot-text)' },
      '.cm-cursor': { borderLeftColor: 'var(--hot-text)' },
      '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': {
        backgroundColor: 'var(--hot-run-bg) !important',
      },
    },
    { dark: options.dark },
  );
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        json(),
        lintGutter(),
        linter(jsonParseLinter(), { delay: 300 }),
        syntaxHighlighting(COLOURS),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': options.label, tabindex: '0' }),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap]),
        look,
        EditorView.cspNonce.of(options.nonce ?? ''),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.changed(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    setText: (text) => {
      if (text === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    destroy: () => view.destroy(),
  };
}
