/** Tables: file_usage; file_upload (read). What an organization's files take, and whether more may be added. */
import { Inject, Injectable } from '@nestjs/common';
import type { OrgScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { fileConfig, type FileConfig } from './file.config';
import { FileTooLargeError, StorageQuotaError } from './file.errors';

const GIB = 1024 ** 3;
/** What "no limit" means for a single file. */
const LARGEST = 50 * GIB;
const SLOTS = 16;

const ADD = `
  INSERT INTO hot.file_usage AS u (org_id, slot, bytes, files) VALUES ($1, $2, $3, $4)
  ON CONFLICT (org_id, slot) DO UPDATE SET bytes = u.bytes + excluded.bytes, files = u.files + excluded.files`;
const LOCK_ORG = `SELECT pg_advisory_xact_lock(hashtextextended('file_usage:' || $1, 0))`;
const USED = `
  SELECT (SELECT coalesce(sum(bytes), 0) FROM hot.file_usage WHERE org_id = $1)::bigint
       + (SELECT coalesce(sum(reserved_bytes), 0) FROM hot.file_upload
           WHERE org_id = $1 AND status = 'pending' AND expires_at > now())::bigint AS bytes`;

@Injectable()
export class FileUsage {
  constructor(
    private readonly db: Db,
    @Inject(fileConfig.token) private readonly config: FileConfig,
  ) {}

  /** Of one file. */
  get maxBytes(): number {
    const { maxBytes } = this.config;
    return maxBytes < 0 ? LARGEST : Math.min(maxBytes, LARGEST);
  }

  /** Throws FileTooLargeError. */
  checkSize(bytes: number): void {
    if (bytes > this.maxBytes) throw new FileTooLargeError(this.maxBytes);
  }

  /**
   * Before a transaction that adds bytes locks any file: others of the organization that do the same wait for its end.
   * The other way round, one could hold a file and wait for the turn of another that waits for the file.
   */
  async takeTurn({ orgId }: OrgScope): Promise<void> {
    if (this.config.maxOrgBytes >= 0) await this.db.query(LOCK_ORG, [orgId]);
  }

  /** In turn: whether so many more bytes fit; always so where there is no limit. */
  async fits({ orgId }: OrgScope, moreBytes: number): Promise<boolean> {
    const { maxOrgBytes } = this.config;
    // What takes no more room is always welcome, also above a limit that has been lowered.
    if (maxOrgBytes < 0 || moreBytes <= 0) return true;
    const used = await this.db.queryOne<{ bytes: number }>(USED, [orgId]);
    return (used?.bytes ?? 0) + moreBytes <= maxOrgBytes;
  }

  /** Throws StorageQuotaError. */
  async require(scope: OrgScope, moreBytes: number): Promise<void> {
    if (!(await this.fits(scope, moreBytes))) throw new StorageQuotaError(this.config.maxOrgBytes);
  }

  /** Last in the transaction that changes files. */
  async add({ orgId }: OrgScope, bytes: number, files: number): Promise<void> {
    const slot = Math.floor(Math.random() * SLOTS);
    await this.db.execute(ADD, [orgId, slot, bytes, files]);
  }
}
