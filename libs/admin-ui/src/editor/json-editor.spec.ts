import { ComponentFixture, TestBed } from '@angular/core/testing';
import { EditorView } from '@codemirror/view';
import { JsonEditor } from './json-editor';

describe('JsonEditor', () => {
  let fixture: ComponentFixture<JsonEditor>;

  async function open(value: string): Promise<EditorView> {
    fixture = TestBed.createComponent(JsonEditor);
    fixture.componentRef.setInput('value', value);
    await fixture.whenStable();
    for (let i = 0; i < 50; i += 1) {
      const dom = (fixture.nativeElement as HTMLElement).querySelector<HTMLElement>('.cm-editor');
      const view = dom === null ? null : EditorView.findFromDOM(dom);
      if (view !== null) return view;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('the editor did not come');
  }

  it('shows a value that is set from outside after it has loaded', async () => {
    const view = await open('{}');
    fixture.componentRef.setInput('value', '{"id": 1}');
    await fixture.whenStable();
    expect(view.state.doc.toString()).toBe('{"id": 1}');
  });

  it('hands on what is typed, and keeps the cursor where it is', async () => {
    const view = await open('{}');
    view.dispatch({ changes: { from: 1, insert: '"a": 1' }, selection: { anchor: 7 } });
    await fixture.whenStable();
    expect(fixture.componentInstance.value()).toBe('{"a": 1}');
    expect(view.state.selection.main.head).toBe(7);
  });

  it('has a name for screen readers and does not keep the Tab key', async () => {
    const view = await open('{}');
    expect(view.contentDOM.getAttribute('aria-label')).toBe('JSON');
    const tab = new KeyboardEvent('keydown', { key: 'Tab', cancelable: true, bubbles: true });
    view.contentDOM.dispatchEvent(tab);
    expect(tab.defaultPrevented).toBe(false);
  });
});
