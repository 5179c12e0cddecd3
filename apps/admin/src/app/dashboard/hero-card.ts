import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { Icon } from '@app/admin-ui/icon';
import { Scope } from '@app/admin-ui/session';
import { Sparkline } from '@app/admin-ui/spark';
import { StatusGlyph } from '@app/admin-ui/status';
import type { Hero } from './hero-model';

/** One figure, whether it is usual, and what it is made of. Each part opens the list that adds up to it. */
@Component({
  selector: 'hp-hero-card',
  imports: [Icon, MatTooltip, RouterLink, Sparkline, StatusGlyph],
  template: `
    @let it = hero();
    <h2><hp-icon [name]="it.icon" />{{ it.title }}</h2>
    <p class="figure">
      <span class="value num">{{ it.value }}</span>
      @if (it.change; as change) {
        <span class="change num" matTooltip="Against the period of equal length before">{{ change }}</span>
      }
      @if (it.spark.length > 1) {
        <hp-spark [bars]="it.spark" />
      }
    </p>
    <p class="note">{{ it.note }}</p>
    @if (it.parts.length > 0) {
      <ul>
        @for (part of it.parts; track part.label) {
          <li>
            <a
              [routerLink]="scope.link(part.path)"
              [queryParams]="merge(part.query)"
              [class]="part.count === '0' ? 'zero' : part.tone"
              [matTooltip]="part.label"
              [attr.aria-label]="part.count + ' ' + part.label"
            >
              <hp-status-glyph [tone]="part.tone" /><span class="num">{{ part.count }}</span>
              <span class="word">{{ part.label }}</span>
            </a>
          </li>
        }
      </ul>
    }
  `,
  styleUrl: './hero-card.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class HeroCard {
  readonly hero = input.required<Hero>();
  readonly query = input.required<Readonly<Record<string, string>>>();
  protected readonly scope = inject(Scope);

  protected merge(query: Readonly<Record<string, string>>): Record<string, string> {
    return { ...this.query(), ...query };
  }
}
