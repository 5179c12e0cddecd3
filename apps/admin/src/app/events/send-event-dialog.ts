import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatAutocomplete, MatAutocompleteTrigger, MatOption } from '@angular/material/autocomplete';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { Router } from '@angular/router';
import type { KnownEventType, SendEventBody, SentEvent, Single } from '@app/contracts';
import { Tell } from '@app/admin-ui/confirm';
import { ApiClient, fetched, toApiError } from '@app/admin-ui/data';
import { JsonEditor } from '@app/admin-ui/editor';
import { CopyButton, FunctionName, plural } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { Scope, Session } from '@app/admin-ui/session';
import { formatJson, JsonSyntaxError, parseJson } from '@app/admin-ui/value';
import { curlFor } from './curl';

export interface SendEventData {
  readonly type?: string;
  /** JSON text. */
  readonly json?: string;
  /** Goes on in this stream instead of a new one. */
  readonly streamId?: string;
}

/** Sends an event of one's own: known types with the examples of their handlers, or any other. */
@Component({
  selector: 'hp-send-event-dialog',
  imports: [
    CopyButton,
    FunctionName,
    Icon,
    JsonEditor,
    MatAutocomplete,
    MatAutocompleteTrigger,
    MatDialogActions,
    MatDialogClose,
    MatDialogContent,
    MatDialogTitle,
    MatOption,
  ],
  templateUrl: './send-event-dialog.html',
  styleUrl: './send-event-dialog.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SendEventDialog {
  private readonly api = inject(ApiClient);
  private readonly router = inject(Router);
  private readonly scope = inject(Scope);
  private readonly session = inject(Session);
  private readonly tell = inject(Tell);
  private readonly dialog = inject(MatDialogRef);
  protected readonly given = inject<SendEventData | null>(MAT_DIALOG_DATA, { optional: true }) ?? {};

  protected readonly known = fetched<Single<readonly KnownEventType[]>>(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/events/types`;
  });
  protected readonly type = signal(this.given.type ?? '');
  protected readonly json = signal(pretty(this.given.json ?? '{}'));
  protected readonly busy = signal(false);
  protected readonly problem = signal('');

  protected readonly suggestions = computed(() => {
    const text = this.type().trim().toLowerCase();
    // Nothing to suggest once a known type stands there: the list would hide what it says below.
    if (this.match() !== undefined) return [];
    return (this.known.value()?.data ?? []).filter(({ type }) => type.toLowerCase().includes(text));
  });
  protected readonly match = computed(() =>
    this.known.value()?.data.find(({ type }) => type === this.type().trim()),
  );
  protected readonly examples = computed(
    () => this.match()?.handlers.flatMap(({ examples }) => examples) ?? [],
  );
  protected readonly handlerWords = computed(() => plural(this.match()?.handlers.length ?? 0, 'handler'));
  protected readonly valid = computed(() => isJson(this.json()));
  protected readonly ready = computed(() => this.type().trim() !== '' && this.valid() && !this.busy());
  protected readonly curl = computed(() =>
    curlFor(this.session.me()?.api_url ?? '', this.type().trim(), this.json()),
  );

  protected text(event: Event): string {
    return event.target instanceof HTMLInputElement ? event.target.value : '';
  }

  protected useExample(json: string): void {
    this.json.set(pretty(json));
  }

  protected async send(): Promise<void> {
    if (!this.ready()) return;
    this.busy.set(true);
    this.problem.set('');
    const body: SendEventBody = {
      event_type: this.type().trim(),
      event_data: this.json(),
      ...(this.given.streamId === undefined ? {} : { stream_id: this.given.streamId }),
    };
    try {
      const { data } = await this.api.send<Single<SentEvent>>(
        'POST',
        `${this.scope.api() ?? ''}/events`,
        body,
      );
      this.dialog.close();
      this.tell.done(`${body.event_type} was sent.`);
      await this.router.navigate(this.scope.link('events', data.event_id));
    } catch (failure) {
      this.problem.set(toApiError(failure).message);
    } finally {
      this.busy.set(false);
    }
  }
}

function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch (problem) {
    if (problem instanceof JsonSyntaxError) return false;
    throw problem;
  }
}

function pretty(json: string): string {
  return isJson(json) ? formatJson(parseJson(json)) : json;
}
