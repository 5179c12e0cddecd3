import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import type { ApiError } from '../data';
import { CopyButton } from '../format';
import { Icon, type IconName } from '../icon';

interface Words {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly again: boolean;
}

/** Why something could not be shown, in words of what happened; the rest of the page goes on. */
@Component({
  selector: 'hp-error',
  imports: [CopyButton, Icon],
  template: `
    <hp-icon [name]="words().icon" />
    <div class="body" role="alert">
      <p class="title">{{ words().title }}</p>
      <p class="text">{{ words().text }}</p>
      @if (error().requestId; as requestId) {
        <p class="request">
          Request <code>{{ requestId }}</code><hp-copy [text]="requestId" what="request id" />
        </p>
      }
    </div>
    @if (words().again) {
      <button type="button" class="btn small" (click)="again.emit()">Try again</button>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: flex-start;
      gap: 12px;
      padding: 16px;
    }

    hp-icon {
      margin-top: 1px;
      color: var(--hot-bad-fg);
    }

    .body {
      flex: 1 1 240px;
      min-width: 0;
    }

    .title {
      font-weight: 600;
    }

    .text {
      max-width: 72ch;
      color: var(--hot-text-2);
      font-size: 13px;
      overflow-wrap: anywhere;
    }

    .request {
      display: flex;
      align-items: center;
      gap: 4px;
      margin-top: 6px;
      color: var(--hot-text-3);
      font-size: 12px;
    }

    code {
      font-size: 11.5px;
      overflow-wrap: anywhere;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ErrorState {
  readonly error = input.required<ApiError>();
  /** What was being loaded: "runs", "this run". */
  readonly what = input('this');
  readonly again = output();
  protected readonly words = computed(() => wordsFor(this.error(), this.what()));
}

function wordsFor(error: ApiError, what: string): Words {
  if (error.isOffline) {
    return {
      icon: 'offline',
      title: 'The server cannot be reached',
      text: `Could not load ${what}. It may be restarting; the connection is tried again by itself.`,
      again: true,
    };
  }
  if (error.status === 403) {
    return { icon: 'lock', title: 'You may not see this', text: error.message, again: false };
  }
  if (error.status === 404) {
    return {
      icon: 'search',
      title: 'Not found',
      text: `There is no such thing here: it may belong to another environment, or its time of retention is over.`,
      again: false,
    };
  }
  if (error.status === 429) {
    const wait = error.retryAfterSeconds;
    return {
      icon: 'clock',
      title: 'Too many requests',
      text: wait === null ? error.message : `Try again in ${wait} s.`,
      again: true,
    };
  }
  return { icon: 'warning', title: `Could not load ${what}`, text: error.message, again: true };
}
