import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { RunFailure } from '@app/contracts';
import { CopyButton, FunctionName } from '@app/admin-ui/format';
import { StatusGlyph } from '@app/admin-ui/status';

const KINDS: Readonly<Record<RunFailure['kind'], string>> = {
  failure: 'The program reported a failure',
  'unhandled-error': 'Unhandled error',
  timeout: 'Timed out',
  'worker-lost': 'The worker was lost',
  'resource-limit': 'A limit was reached',
  unrecordable: 'Its end could not be recorded',
};

/** What went wrong and where. */
@Component({
  selector: 'hp-run-failure',
  imports: [CopyButton, FunctionName, StatusGlyph],
  template: `
    @let it = failure();
    <section aria-label="Failure">
      <p class="kind"><hp-status-glyph tone="bad" />{{ kind() }}</p>
      <p class="message">{{ it.message }}<hp-copy [text]="it.message" what="message" /></p>
      @if (it.at; as at) {
        <p class="at mono">{{ at.file }}:{{ at.line }}</p>
      }
      @if (it.stack.length > 0) {
        <details [open]="it.stack.length <= 4">
          <summary>Where it happened</summary>
          <ol>
            @for (frame of it.stack; track $index) {
              <li>
                <hp-function [name]="frame.function" />
                @if (frame.at; as at) {
                  <span class="mono muted">{{ at.file }}:{{ at.line }}</span>
                }
              </li>
            }
          </ol>
        </details>
      }
    </section>
  `,
  styles: `
    :host {
      display: block;
    }

    section {
      margin-bottom: 16px;
      padding: 12px 16px;
      border: 1px solid color-mix(in srgb, var(--hot-bad-mark) 35%, var(--hot-line));
      border-radius: var(--hot-radius);
      background: color-mix(in srgb, var(--hot-bad-bg) 45%, var(--hot-surface));
    }

    .kind {
      display: flex;
      align-items: center;
      gap: 6px;
      color: var(--hot-bad-fg);
      font-size: 12px;
      font-weight: 500;
    }

    .message {
      margin-top: 2px;
      font-size: 14px;
      font-weight: 500;
      overflow-wrap: anywhere;
      white-space: pre-wrap;
    }

    .message hp-copy {
      vertical-align: middle;
    }

    .at {
      margin-top: 2px;
      color: var(--hot-text-2);
    }

    details {
      margin-top: 8px;
    }

    summary {
      width: fit-content;
      color: var(--hot-text-2);
      font-size: 12px;
      cursor: pointer;
    }

    ol {
      margin-top: 6px;
    }

    li {
      display: flex;
      flex-wrap: wrap;
      gap: 2px 12px;
      padding: 2px 0;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RunFailureBlock {
  readonly failure = input.required<RunFailure>();
  protected readonly kind = computed(() => KINDS[this.failure().kind]);
}
