import { ChangeDetectionStrategy, Component, computed, input, signal } from '@angular/core';
import type { PermissionMap, ResourceHint } from '@app/contracts';
import { Icon } from '@app/admin-ui/icon';
import { StatusGlyph } from '@app/admin-ui/status';
import { actionsOf, beyond, covers, describe, grantedBy, RESOURCE_TYPES, riskOf } from './permissions';

const RISKS = {
  none: { tone: 'idle', word: 'Grants nothing' },
  narrow: { tone: 'ok', word: 'Narrow' },
  broad: { tone: 'warn', word: 'Broad' },
  unrestricted: { tone: 'warn', word: 'Unrestricted' },
} as const;

/** What a set of permissions means: in words, by what it matches now, and for one request that somebody thinks of. */
@Component({
  selector: 'hp-permission-effect',
  imports: [Icon, StatusGlyph],
  templateUrl: './permission-effect.html',
  styleUrl: './permission-effect.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PermissionEffect {
  readonly permissions = input.required<PermissionMap>();
  readonly hints = input<readonly ResourceHint[]>([]);
  /** What the viewer may give out; null while it is not known. */
  readonly grantable = input<PermissionMap | null>(null);

  protected readonly types = RESOURCE_TYPES;
  protected readonly risk = computed(() => RISKS[riskOf(this.permissions())]);
  protected readonly sentences = computed(() => describe(this.permissions()));
  protected readonly tooMuch = computed(() => {
    const grantable = this.grantable();
    return grantable === null ? [] : beyond(this.permissions(), grantable);
  });
  protected readonly matches = computed(() =>
    RESOURCE_TYPES.flatMap(({ type, label }) => {
      const known = this.hints().filter((hint) => hint.type === type);
      const matched = known.filter((hint) =>
        Object.keys(this.permissions()).some((pattern) => covers(pattern, `${type}:${hint.path}`)),
      );
      return matched.length === 0
        ? []
        : [
            {
              type,
              words: `${matched.length} of ${known.length} ${type === 'event' ? 'event types' : label.toLowerCase()}`,
              names: matched.map(({ path }) => path).slice(0, 6),
              more: Math.max(0, matched.length - 6),
            },
          ];
    }),
  );

  protected readonly askType = signal('event');
  protected readonly askPath = signal('user:created');
  protected readonly askAction = signal('create');
  protected readonly askActions = computed(() => actionsOf(this.askType()));
  protected readonly answer = computed(() =>
    grantedBy(this.permissions(), `${this.askType()}:${this.askPath()}`, this.askAction()),
  );

  protected chooseType(event: Event): void {
    if (!(event.target instanceof HTMLSelectElement)) return;
    this.askType.set(event.target.value);
    const [first = 'read'] = actionsOf(event.target.value);
    this.askAction.set(first);
  }

  protected chooseAction(event: Event): void {
    if (event.target instanceof HTMLSelectElement) this.askAction.set(event.target.value);
  }

  protected typePath(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.askPath.set(event.target.value);
  }
}
