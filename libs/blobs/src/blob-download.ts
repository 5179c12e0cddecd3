/** Table: blob_ref, blob_object (read). The bytes of one large value, for whoever may read it. */
import { NotFoundError, type EnvScope } from '@app/kernel';
import type { BlobStore, StoredBlob } from '@app/platform/storage';
import { Inject, Injectable } from '@nestjs/common';
import { BLOB_STORE } from './blob-objects';
import { contentTypeOf } from './blob-reference';
import { BlobRepository } from './blob.repository';

export interface OpenBlob extends StoredBlob {
  readonly contentType: string;
}

const ANY_BYTES = 'application/octet-stream';

@Injectable()
export class BlobDownload {
  constructor(
    private readonly repository: BlobRepository,
    @Inject(BLOB_STORE) private readonly store: BlobStore,
  ) {}

  /** Throws NotFoundError, also for those of other envs and of rows that are not kept any more. */
  async open(scope: EnvScope, refId: string): Promise<OpenBlob> {
    const [row] = await this.repository.refs(scope, [refId]);
    const blob = row?.active === true ? await this.store.read(row.storagePath) : null;
    if (row === undefined || blob === null) throw new NotFoundError('Blob');
    return { ...blob, contentType: contentTypeOf(row.form) ?? ANY_BYTES };
  }
}
