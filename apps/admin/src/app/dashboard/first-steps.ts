import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { CopyButton } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { Scope, Session } from '@app/admin-ui/session';

/** The way from an empty environment to the first run. Steps tick themselves off as they happen. */
@Component({
  selector: 'hp-first-steps',
  imports: [CopyButton, Icon, RouterLink],
  template: `
    <section class="card" aria-labelledby="steps-title">
      <h2 id="steps-title">Start here</h2>
      <p class="lead">Nothing has run in this environment yet. Three steps to the first run:</p>
      <ol>
        <li>
          <span class="mark num">1</span>
          <div>
            <h3>Get an API key</h3>
            <p>It says who deploys and who sends events.</p>
            <a class="btn small" [routerLink]="scope.link('api-keys', 'new')">Create an API key</a>
          </div>
        </li>
        <li [class.done]="hasBuilds()">
          <span class="mark num">
            @if (hasBuilds()) {
              <hp-icon name="check" />
            } @else {
              2
            }
          </span>
          <div>
            <h3>Deploy a project</h3>
            <p>In the folder of a Hot project:</p>
            <pre class="snippet">{{ deploy() }}<hp-copy [text]="deploy()" what="command" /></pre>
          </div>
        </li>
        <li>
          <span class="mark num">3</span>
          <div>
            <h3>Send it an event</h3>
            <p>Its handlers run, and you see them here.</p>
            <pre class="snippet">{{ send() }}<hp-copy [text]="send()" what="command" /></pre>
          </div>
        </li>
      </ol>
    </section>
  `,
  styles: `
    section {
      margin-bottom: 16px;
      padding: 20px 24px;
    }

    h2 {
      font-size: 16px;
    }

    .lead {
      margin-bottom: 16px;
      color: var(--hot-text-2);
    }

    ol {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(280px, 100%), 1fr));
      gap: 20px 32px;
    }

    li {
      display: flex;
      gap: 12px;
      min-width: 0;
    }

    li > div {
      flex: 1;
      min-width: 0;
    }

    .mark {
      display: inline-flex;
      align-items: center;
      justify-content: center;
      flex: none;
      width: 24px;
      height: 24px;
      border: 1px solid var(--hot-line-strong);
      border-radius: 50%;
      font-size: 12px;
      font-weight: 600;
    }

    .done .mark {
      border-color: var(--hot-ok-mark);
      background: var(--hot-ok-bg);
      color: var(--hot-ok-fg);
    }

    .mark hp-icon {
      width: 14px;
      height: 14px;
    }

    h3 {
      font-size: 14px;
      font-weight: 600;
      line-height: 24px;
    }

    p {
      color: var(--hot-text-2);
      font-size: 13px;
    }

    .btn,
    .snippet {
      margin-top: 8px;
    }

    .snippet {
      position: relative;
      padding-inline-end: 36px;
      font-size: 12px;
    }

    .snippet hp-copy {
      position: absolute;
      top: 6px;
      right: 6px;
      border-radius: 4px;
      background: var(--hot-surface-2);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class FirstSteps {
  readonly hasBuilds = input.required<boolean>();
  protected readonly scope = inject(Scope);
  private readonly session = inject(Session);
  private readonly api = computed(() => this.session.me()?.api_url ?? '');
  protected readonly deploy = computed(
    () => `export HOT_API_URL=${this.api()}\nexport HOT_API_KEY=…\nhot deploy`,
  );
  protected readonly send = computed(
    () =>
      `curl ${this.api()}/v1/events \\\n  -H "Authorization: Bearer …" \\\n  -H "Content-Type: application/json" \\\n  -d '{"event_type": "user:created", "event_data": {"id": 1}}'`,
  );
}
