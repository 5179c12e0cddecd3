import {
  ChangeDetectionStrategy,
  Component,
  computed,
  input,
  linkedSignal,
  model,
  signal,
} from '@angular/core';
import { MatAutocomplete, MatAutocompleteTrigger, MatOption } from '@angular/material/autocomplete';
import { MatTooltip } from '@angular/material/tooltip';
import type { PermissionMap, ResourceHint } from '@app/contracts';
import { JsonEditor } from '@app/admin-ui/editor';
import { Icon } from '@app/admin-ui/icon';
import { readPermissionJson, writePermissionJson } from './permission-json';
import { mapOfRows, rowsOfMap, urnOf, type PermissionRow } from './permission-rows';
import { ACTIONS, actionsOf, RESOURCE_TYPES, validatePermissions } from './permissions';
import { PRESETS, type Preset } from './presets';

/** Edits a set of permissions by presets, line by line, or as JSON; all three are the same set. */
@Component({
  selector: 'hp-permission-builder',
  imports: [Icon, JsonEditor, MatAutocomplete, MatAutocompleteTrigger, MatOption, MatTooltip],
  templateUrl: './permission-builder.html',
  styleUrl: './permission-builder.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PermissionBuilder {
  readonly permissions = model.required<PermissionMap>();
  /** Names that exist, to choose from. */
  readonly hints = input<readonly ResourceHint[]>([]);
  /** Set while the JSON mode holds text that is no set at all. */
  readonly broken = model(false);

  protected readonly mode = signal<'lines' | 'json'>('lines');
  protected readonly types = RESOURCE_TYPES;
  protected readonly presets = PRESETS;
  protected readonly allActions = ACTIONS;

  /**
   * The lines are a state of their own: two of them may name the same resource while somebody types. They follow the
   * set when it is changed from elsewhere.
   */
  protected readonly rows = linkedSignal<PermissionMap, readonly PermissionRow[]>({
    source: this.permissions,
    computation: (permissions, previous) =>
      previous !== undefined && same(mapOfRows(previous.value), permissions)
        ? previous.value
        : rowsOfMap(permissions),
  });
  protected readonly json = linkedSignal(() => writePermissionJson(this.permissions()));
  protected readonly jsonProblem = computed(() => {
    const read = readPermissionJson(this.json());
    return read.ok ? '' : read.problem;
  });
  protected readonly problems = computed(() => {
    const violations = validatePermissions(this.permissions());
    return this.rows().map((row) => violations.filter(({ urn }) => urn === urnOf(row)));
  });
  protected readonly allProblems = computed(() => validatePermissions(this.permissions()));

  protected usePreset(preset: Preset): void {
    this.broken.set(false);
    this.permissions.set(preset.permissions);
  }

  protected isPreset(preset: Preset): boolean {
    return same(preset.permissions, this.permissions());
  }

  protected addRow(): void {
    this.setRows([...this.rows(), { type: 'event', path: '*', actions: ['read'] }]);
  }

  protected removeRow(index: number): void {
    this.setRows(this.rows().filter((_, at) => at !== index));
  }

  protected changeType(index: number, event: Event): void {
    if (!(event.target instanceof HTMLSelectElement)) return;
    const type = event.target.value;
    this.changeRow(index, (row) => {
      const valid: readonly string[] = actionsOf(type);
      const kept = row.actions.filter((action) => action === '*' || valid.includes(action));
      // A line that loses all its actions by a change of type gets the first that makes sense.
      const actions = kept.length > 0 ? kept : valid.slice(0, 1);
      return { type, path: type === '*' ? '*' : row.path, actions };
    });
  }

  protected changePath(index: number, path: string): void {
    this.changeRow(index, (row) => ({ ...row, path }));
  }

  protected typePath(index: number, event: Event): void {
    if (event.target instanceof HTMLInputElement) this.changePath(index, event.target.value);
  }

  protected toggleAction(index: number, action: string): void {
    this.changeRow(index, (row) => {
      if (action === '*') return { ...row, actions: row.actions.includes('*') ? [] : ['*'] };
      const without = row.actions.filter((other) => other !== action && other !== '*');
      return { ...row, actions: row.actions.includes(action) ? without : [...without, action] };
    });
  }

  protected actionsFor(type: string): readonly string[] {
    return actionsOf(type);
  }

  protected suggestions(row: PermissionRow): readonly ResourceHint[] {
    const text = row.path.replace(/\*$/, '').toLowerCase();
    return this.hints().filter(({ type, path }) => type === row.type && path.toLowerCase().includes(text));
  }

  protected pathLabel(type: string): string {
    return RESOURCE_TYPES.find((entry) => entry.type === type)?.path ?? 'path';
  }

  protected knownType(type: string): boolean {
    return type === '*' || RESOURCE_TYPES.some((entry) => entry.type === type);
  }

  protected editJson(text: string): void {
    this.json.set(text);
    const read = readPermissionJson(text);
    this.broken.set(!read.ok);
    // Keeps the text as typed: writing the set back would reformat under the cursor.
    if (read.ok && !same(read.permissions, this.permissions())) {
      this.permissions.set(read.permissions);
      this.json.set(text);
    }
  }

  private changeRow(index: number, change: (row: PermissionRow) => PermissionRow): void {
    this.setRows(this.rows().map((row, at) => (at === index ? change(row) : row)));
  }

  private setRows(rows: readonly PermissionRow[]): void {
    this.rows.set(rows);
    this.permissions.set(mapOfRows(rows));
    this.rows.set(rows);
  }
}

function same(a: PermissionMap, b: PermissionMap): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
