import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

export interface FunctionParts {
  /** With its final slash. */
  readonly namespace: string;
  readonly name: string;
}

/** `::shop::orders/confirm` → `::shop::orders/`, `confirm`. */
export function splitFunction(qualified: string): FunctionParts {
  const at = qualified.lastIndexOf('/');
  return at < 0
    ? { namespace: '', name: qualified }
    : { namespace: qualified.slice(0, at + 1), name: qualified.slice(at + 1) };
}

/** A function: its namespace dimmed, its name strong. The name stays whole when there is little room. */
/** The last part of a path in a project. */
export const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

@Component({
  selector: 'hp-function',
  template: `<span class="ns" [title]="name()">{{ parts().namespace }}</span
    ><span class="fn">{{ parts().name }}</span>`,
  styles: `
    :host {
      display: inline-flex;
      min-width: 0;
      max-width: 100%;
      font: 400 12.5px/18px var(--hot-mono);
    }

    .ns {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
      color: var(--hot-text-3);
    }

    .fn {
      flex: none;
      max-width: 100%;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
      font-weight: 500;
      color: var(--hot-text);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class FunctionName {
  readonly name = input.required<string>();
  protected readonly parts = computed(() => splitFunction(this.name()));
}
