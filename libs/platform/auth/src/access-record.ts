import type { RetentionClass } from '@app/kernel';

/** One authenticated request, for the record: append-only, without foreign keys, outliving the credential. */
export interface AccessRecord {
  readonly accessId: string;
  readonly envId: string;
  readonly retentionClass: RetentionClass;
  readonly apiKeyId: string | null;
  readonly serviceKeyId: string | null;
  readonly sessionId: string | null;
  readonly userId: string | null;
  readonly source: 'api' | 'scheduler' | 'system';
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly host: string | null;
  readonly method: string;
  readonly path: string;
  readonly queryParams: string | null;
}

/** Writes access records in groups, soon. Never delays or fails a request. */
export abstract class AccessRecorder {
  abstract record(record: AccessRecord): void;
}
