import { ChangeDetectionStrategy, Component, computed, inject, input, linkedSignal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { MatTooltip } from '@angular/material/tooltip';
import type { StreamMember } from '@app/contracts';
import { Clock, Duration, FunctionName, formatDuration } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { Scope } from '@app/admin-ui/session';
import { StatusGlyph, statusLook, type Tone } from '@app/admin-ui/status';
import { memberRows } from './member-rows';
import { busyMap, idleShare, plainMap, type Span } from './time-map';

interface Line {
  readonly id: string;
  readonly kind: StreamMember['kind'];
  readonly label: string;
  readonly depth: number;
  readonly link: readonly string[];
  readonly tone: Tone;
  readonly word: string;
  readonly attempt: number;
  readonly project: string | null;
  readonly left: number;
  readonly width: number;
  readonly durationUs: number | null;
  readonly startedAt: string;
  readonly offset: string;
}

/** The members of a stream by cause and in time: events as points, runs as bars. */
@Component({
  selector: 'hp-stream-timeline',
  imports: [Duration, FunctionName, Icon, MatTooltip, RouterLink, StatusGlyph],
  templateUrl: './stream-timeline.html',
  styleUrl: './stream-timeline.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class StreamTimeline {
  readonly members = input.required<readonly StreamMember[]>();
  private readonly scope = inject(Scope);
  private readonly clock = inject(Clock);

  private readonly open = computed(() =>
    this.members().some((member) => member.kind === 'run' && member.stopped_at === null),
  );
  private readonly spans = computed<readonly Span[]>(() => {
    // Only open work needs a clock: finished streams must not be drawn anew every second.
    const now = this.open() ? this.clock.second() : 0;
    return this.members().map((member) => spanOf(member, now));
  });
  protected readonly idle = computed(() => idleShare(this.spans()));
  protected readonly collapse = linkedSignal(() => this.idle() > 0.6);
  private readonly map = computed(() => (this.collapse() ? busyMap(this.spans()) : plainMap(this.spans())));
  protected readonly cuts = computed(() =>
    this.map().cuts.map(({ at, lengthMs }) => ({ left: at * 100, words: formatDuration(lengthMs * 1000) })),
  );
  protected readonly lines = computed<readonly Line[]>(() => {
    const now = this.open() ? this.clock.second() : 0;
    const begin = Math.min(...this.members().map(({ at }) => Date.parse(at)));
    return memberRows(this.members()).map(({ member, depth }) => {
      const { from, to } = spanOf(member, now);
      const look = statusLook(member.kind === 'run' ? member.status : member.state);
      const left = this.map().at(from) * 100;
      return {
        id: member.id,
        kind: member.kind,
        label: member.label ?? 'unknown',
        depth,
        link: this.scope.link(member.kind === 'run' ? 'runs' : 'events', member.id),
        tone: look.tone,
        word: look.label,
        attempt: member.kind === 'run' ? member.attempt : 1,
        project: member.kind === 'run' ? member.project : null,
        left,
        width: this.map().at(to) * 100 - left,
        durationUs: member.kind === 'run' ? member.duration_us : 0,
        startedAt: member.at,
        offset: `+${formatDuration((from - begin) * 1000)}`,
      };
    });
  });
}

function spanOf(member: StreamMember, now: number): Span {
  const from = Date.parse(member.at);
  if (member.kind === 'event') return { from, to: from };
  return { from, to: Math.max(from, member.stopped_at === null ? now : Date.parse(member.stopped_at)) };
}
