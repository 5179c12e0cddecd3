import { ComponentFixture, TestBed } from '@angular/core/testing';
import { By } from '@angular/platform-browser';
import type { PermissionMap } from '@app/contracts';
import { JsonEditor } from '@app/admin-ui/editor';
import { PermissionBuilder } from './permission-builder';

describe('PermissionBuilder', () => {
  let fixture: ComponentFixture<PermissionBuilder>;
  const root = (): HTMLElement => fixture.nativeElement as HTMLElement;
  const permissions = (): PermissionMap => fixture.componentInstance.permissions();

  async function open(initial: PermissionMap): Promise<void> {
    fixture = TestBed.createComponent(PermissionBuilder);
    fixture.componentRef.setInput('permissions', initial);
    await fixture.whenStable();
  }

  const button = (name: string): HTMLButtonElement => {
    const found = [...root().querySelectorAll('button')].find(
      (element) => element.textContent.trim() === name || element.getAttribute('aria-label') === name,
    );
    if (found === undefined) throw new Error(`no button "${name}"`);
    return found;
  };
  const problems = (): string[] =>
    [...root().querySelectorAll('[role=alert]')].map((element) =>
      element.textContent.replaceAll(/\s+/g, ' ').trim(),
    );
  const type = async (label: string, text: string): Promise<void> => {
    const field = root().querySelector<HTMLInputElement>(`input[aria-label="${label}"]`);
    if (field === null) throw new Error(`no field "${label}"`);
    field.value = text;
    field.dispatchEvent(new Event('input'));
    await fixture.whenStable();
  };
  const tick = async (rule: number, action: string): Promise<void> => {
    const fieldset = root().querySelectorAll('fieldset')[rule];
    const label = [...(fieldset?.querySelectorAll('label') ?? [])].find(
      (el) => el.textContent.trim() === action,
    );
    label?.querySelector('input')?.dispatchEvent(new Event('change'));
    await fixture.whenStable();
  };

  it('takes a preset and says which one is set', async () => {
    await open({ 'run:*': ['read'] });
    button('Read only').click();
    await fixture.whenStable();
    expect(permissions()).toEqual({ '*:*': ['read'] });
    expect(button('Read only').getAttribute('aria-pressed')).toBe('true');
  });

  it('adds, changes and removes rules', async () => {
    await open({ 'run:*': ['read'] });
    button('Add rule').click();
    await fixture.whenStable();
    await type('Path of rule 2', 'user:*');
    await tick(1, 'create');
    expect(permissions()).toEqual({ 'run:*': ['read'], 'event:user:*': ['read', 'create'] });
    button('Remove rule 1').click();
    await fixture.whenStable();
    expect(permissions()).toEqual({ 'event:user:*': ['read', 'create'] });
  });

  it('offers only the actions that the type has', async () => {
    await open({ 'event:*': ['create'] });
    const select = root().querySelector<HTMLSelectElement>('select[aria-label="Resource type of rule 1"]');
    if (select === null) throw new Error('no type');
    select.value = 'mcp';
    select.dispatchEvent(new Event('change'));
    await fixture.whenStable();
    expect([...root().querySelectorAll('fieldset label')].map((label) => label.textContent.trim())).toEqual([
      'all',
      'execute',
    ]);
    expect(permissions()).toEqual({ 'mcp:*': ['execute'] });
  });

  it('says Invalid resource and Empty action list beside the rule', async () => {
    await open({ 'event:*': ['read'] });
    await type('Path of rule 1', '');
    expect(problems()).toEqual(['Invalid resource']);
    await type('Path of rule 1', '*');
    await tick(0, 'read');
    expect(problems()).toEqual(['Empty action list']);
  });

  it('says what is wrong in the JSON mode, and keeps the last set while the text is none', async () => {
    await open({ 'event:*': ['read'] });
    button('JSON').click();
    await fixture.whenStable();
    const edit = async (text: string): Promise<void> => {
      const editor = fixture.debugElement.query(By.directive(JsonEditor)).componentInstance as JsonEditor;
      editor.value.set(text);
      await fixture.whenStable();
    };
    await edit('{"mcp:*": ["create"], "event:*": ["Read"]}');
    expect(problems()).toEqual([
      'Action not valid for resource "create" for "mcp:*"',
      'Invalid action "Read" for "event:*"',
    ]);
    await edit('{"event:*": ["read"');
    expect(problems()).toEqual(['This is not valid JSON.']);
    expect(fixture.componentInstance.broken()).toBe(true);
    expect(permissions()).toEqual({ 'mcp:*': ['create'], 'event:*': ['Read'] });
    await edit('{"event:*": ["read"]}');
    expect(problems()).toEqual([]);
    button('Builder').click();
    await fixture.whenStable();
    expect(root().querySelector<HTMLInputElement>('input[aria-label="Path of rule 1"]')?.value).toBe('*');
  });
});
