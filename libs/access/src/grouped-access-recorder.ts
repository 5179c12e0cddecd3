import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { AccessRecorder, type AccessRecord } from '@app/platform/auth';
import { AccessRecordRepository } from './access-record.repository';
import { redactQuery } from './redact-query';

const MAX_GROUP = 500;
const COLLECT_MS = 50;
/** With the database away, records are dropped beyond this: they must not fill the memory. */
const MAX_WAITING = 20_000;
const MAX_TEXT = 2_048;

/** A group is whatever arrived within a moment: one statement for many. */
@Injectable()
export class GroupedAccessRecorder extends AccessRecorder implements OnApplicationShutdown {
  private readonly log = new Logger(GroupedAccessRecorder.name);
  private waiting: AccessRecord[] = [];
  private writing: Promise<void> | null = null;
  private dropped = 0;
  private endPause: (() => void) | undefined;

  constructor(private readonly records: AccessRecordRepository) {
    super();
  }

  override record(record: AccessRecord): void {
    if (this.waiting.length >= MAX_WAITING) {
      this.dropped += 1;
      return;
    }
    this.waiting.push(record);
    this.writing ??= this.writeAll();
  }

  async onApplicationShutdown(): Promise<void> {
    this.endPause?.();
    await this.writing;
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, COLLECT_MS);
      this.endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      // Nobody waits for these. At a thousand requests a second a statement for each of them cost a tenth of a core.
      // A full group goes at once, or more than ten thousand a second would pile up.
      if (this.waiting.length < MAX_GROUP) await this.pause();
      const group = this.waiting.splice(0, MAX_GROUP);
      try {
        await this.records.insertAll(group.map(storable));
      } catch (error) {
        // Never fatal: the request has been served. The loss is in the log.
        this.dropped += group.length;
        this.log.warn({ event: 'access.lost', count: this.dropped, error: String(error) });
        this.dropped = 0;
      }
    }
    this.writing = null;
  }
}

/** PostgreSQL refuses NUL in text; lengths are the client's choice and ours to bound. */
function storable(record: AccessRecord): AccessRecord {
  return {
    ...record,
    userAgent: text(record.userAgent),
    host: text(record.host),
    path: text(record.path) ?? '',
    queryParams: text(redactQuery(record.queryParams)),
    ipAddress: text(record.ipAddress),
  };
}

function text(value: string | null): string | null {
  return value === null ? null : value.slice(0, MAX_TEXT).replaceAll('\0', '');
}
