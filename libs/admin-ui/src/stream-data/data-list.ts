import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { StreamDataRow } from '@app/contracts';
import { TimeView } from '../format';
import { JsonSyntaxError, parseJson, previewJson } from '../value';
import { ValueTree } from '../value';

/** Messages that runs put on their stream, oldest first. */
@Component({
  selector: 'hp-stream-data',
  imports: [TimeView, ValueTree],
  template: `
    <ol>
      @for (line of lines(); track line.id) {
        <li>
          <hp-time class="at" [at]="line.at" />
          <span class="chip">{{ line.type }}</span>
          @if (line.node; as node) {
            @if (line.small) {
              <code>{{ line.preview }}</code>
            } @else {
              <hp-value-tree [node]="node" [label]="line.type" [openDepth]="1" />
            }
          } @else {
            <code>{{ line.preview }}</code>
          }
        </li>
      }
    </ol>
    @if (more()) {
      <p class="more">Only the first {{ rows().length }} messages are shown.</p>
    }
  `,
  styles: `
    li {
      display: grid;
      grid-template-columns: 88px auto minmax(0, 1fr);
      align-items: start;
      gap: 12px;
      padding: 8px 16px;
      border-bottom: 1px solid var(--hot-line);
    }

    li:last-child {
      border-bottom: 0;
    }

    .at {
      color: var(--hot-text-3);
      font-size: 12px;
    }

    code {
      overflow-wrap: anywhere;
      white-space: pre-wrap;
    }

    .more {
      padding: 8px 16px;
      border-top: 1px solid var(--hot-line);
      color: var(--hot-text-3);
      font-size: 12px;
    }

    @media (width < 600px) {
      li {
        grid-template-columns: auto minmax(0, 1fr);
      }

      li > :last-child {
        grid-column: 1 / -1;
      }
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class DataList {
  readonly rows = input.required<readonly StreamDataRow[]>();
  readonly more = input(false);

  protected readonly lines = computed(() =>
    this.rows().map((row) => {
      const node = read(row.payload);
      const preview = node === null ? row.payload : previewJson(node, 400);
      return {
        id: row.stream_data_id,
        at: row.at,
        type: row.data_type,
        node,
        preview,
        small: preview.length <= 140,
      };
    }),
  );
}

function read(text: string): ReturnType<typeof parseJson> | null {
  try {
    return parseJson(text);
  } catch (problem) {
    if (problem instanceof JsonSyntaxError) return null;
    throw problem;
  }
}
