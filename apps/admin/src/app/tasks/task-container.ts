import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { ContainerPhase, TaskContainer, TaskDetail } from '@app/contracts';
import { formatBytes, formatCount, formatDuration, ShortId } from '@app/admin-ui/format';

const PHASES: Readonly<Record<ContainerPhase, string>> = {
  capacity_wait: 'Waiting for room',
  image_pull: 'Fetching the image',
  boot: 'Starting',
  execution: 'Command',
  logs_collect: 'Last output',
  cleanup: 'Removing',
};

/** What a shell says of commands that did not end by themselves. */
const MEANINGS: Readonly<Record<number, string>> = {
  0: 'ended well',
  126: 'could not be executed',
  127: 'not found',
  137: 'killed, or out of memory',
  143: 'asked to end',
};

/** A container: what was ordered, how it ended and what it is charged. */
@Component({
  selector: 'hp-task-container',
  imports: [ShortId],
  template: `
    <dl>
      @for (fact of facts(); track fact.name) {
        <div>
          <dt>{{ fact.name }}</dt>
          <dd [class.mono]="fact.mono">{{ fact.text }}</dd>
        </div>
      }
      @if (container().ended?.container_id; as id) {
        <div>
          <dt>Container</dt>
          <dd><hp-id [id]="id" what="container id" /></dd>
        </div>
      }
    </dl>
    @if (container().script; as script) {
      <pre class="mono">{{ script }}</pre>
    }
  `,
  styles: `
    dl {
      margin: 0;
      columns: 360px 2;
      column-gap: 40px;
      font-size: 13px;
    }

    div {
      display: grid;
      grid-template-columns: 120px minmax(0, 1fr);
      gap: 12px;
      margin-bottom: 6px;
      break-inside: avoid;
    }

    dt {
      color: var(--hot-text-2);
    }

    dd {
      margin: 0;
      overflow-wrap: anywhere;
    }

    pre {
      margin: 12px 0 0;
      max-height: 160px;
      overflow: auto;
      font-size: 12px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class TaskContainerView {
  readonly task = input.required<TaskDetail>();
  readonly container = input.required<TaskContainer>();

  protected readonly facts = computed(() => {
    const { size, exit_code: exitCode, compute_units: units } = this.task();
    const it = this.container();
    const memory = it.ended?.memory_peak_bytes ?? null;
    const fact = (name: string, text: string | null, mono = false) =>
      text === null || text === '' ? [] : [{ name, text, mono }];
    return [
      ...fact('Image', it.image, true),
      ...fact('Digest', it.ended?.digest ?? null, true),
      ...fact('Entry point', it.entrypoint?.join(' ') ?? null, true),
      ...fact('Command', it.command?.join(' ') ?? null, true),
      ...fact('Size', `${size ?? 'none'}, ${it.multiplier}× compute units`),
      ...fact('Exit code', exitCode === null ? null : withMeaning(exitCode)),
      ...fact('Memory', `${formatCount(it.memory_mb)} MB${peak(memory)}`),
      ...fact('Processor', `${it.cpu_pct} % of a core`),
      ...fact('/tmp and disk', `${formatCount(it.tmp_mb)} MB and ${formatCount(it.disk_mb)} MB`),
      ...fact('Network', it.network),
      ...fact('Variables', it.env.join(', '), true),
      ...fact('Mounts', it.mounts.map(({ resource, dest }) => `${dest} from ${resource}`).join(', '), true),
      ...(it.ended?.timing ?? [])
        .filter(({ us }) => us > 0)
        .flatMap(({ phase, us }) => fact(PHASES[phase], formatDuration(us))),
      ...fact('Charged', it.ended === null ? null : charge(units, it)),
    ];
  });
}

function withMeaning(code: number): string {
  const meaning = MEANINGS[code];
  return meaning === undefined ? String(code) : `${code}, ${meaning}`;
}

function peak(bytes: number | null): string {
  return bytes === null ? '' : `, ${formatBytes(bytes)} at most`;
}

/** As it is worked out: the seconds of its command by its multiplier, rounded up. */
function charge(units: number, { multiplier, ended }: TaskContainer): string {
  const execution = ended?.timing.find(({ phase }) => phase === 'execution')?.us;
  if (execution === undefined) return 'nothing: its command did not begin';
  return `${formatCount(units)} units: ${execution / 1e6} s × ${multiplier}, rounded up`;
}
