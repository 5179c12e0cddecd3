import { Inject, Injectable } from '@nestjs/common';
import { buildConfig, TooManyUploadsError, type BuildConfig } from '@app/builds';

/** So many uploads at the same time per process, and no more: each holds a file and a database row's place. */
@Injectable()
export class UploadSlots {
  private taken = 0;

  constructor(@Inject(buildConfig.token) private readonly config: BuildConfig) {}

  /** Throws TooManyUploadsError. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    const limit = this.config.uploadConcurrency;
    if (limit > 0 && this.taken >= limit) throw new TooManyUploadsError();
    this.taken += 1;
    try {
      return await work();
    } finally {
      this.taken -= 1;
    }
  }
}
