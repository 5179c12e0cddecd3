/** Everything that programs on this machine reach by calls, joined from its families. One per command. */
import { ENGINE_VERSION } from '@app/bundle';
import { tokenizerCount } from '@app/platform/tokens';
import { join } from 'node:path';
import type { LocalCalls } from './calls/local-calls';
import { LocalDatabase } from './calls/database';
import { directFiles } from './calls/direct-files';
import { LocalEffects, type Effect } from './calls/effects';
import { LocalFiles } from './calls/files';
import { keptFolder, PassingFolder } from './calls/folders';
import { localResources, type ResourceRoot } from './calls/resources';
import { LocalSqlite } from './calls/sqlite';
import { LocalStore } from './calls/store';

/** Plain data: a prompt hands it to its thread. */
export interface LocalSettings {
  /** The project's. */
  readonly folder: string;
  /** Whether what is stored stays; tests begin with nothing and leave nothing. */
  readonly keeps: boolean;
  /** `direct`: paths of programs are paths of this machine. */
  readonly fileMode: 'service' | 'direct';
  readonly maxFileBytes: number;
  readonly resources: readonly ResourceRoot[];
}

export class LocalServices {
  readonly effects: LocalEffects;
  readonly calls: LocalCalls;
  private readonly db: LocalDatabase;
  private readonly sqlite: LocalSqlite;
  private readonly passing = new PassingFolder();

  constructor(settings: LocalSettings, tell: (effect: Effect) => void) {
    const kept = join(settings.folder, '.hot');
    this.db = new LocalDatabase(settings.keeps ? join(kept, 'store.db') : null);
    this.effects = new LocalEffects(tell);
    const root = (): Promise<string> =>
      settings.keeps ? keptFolder(join(kept, 'files')) : this.passing.open();
    const files =
      settings.fileMode === 'direct'
        ? directFiles(settings.folder)
        : new LocalFiles(this.db, root, settings.maxFileBytes).calls;
    this.sqlite = new LocalSqlite(files);
    this.calls = {
      ...files,
      ...this.sqlite.calls,
      ...new LocalStore(this.db).calls,
      ...localResources(settings.resources),
      ...this.effects.calls,
      'info.version': () => JSON.stringify({ version: ENGINE_VERSION, gitSha: 'unknown' }),
      'tokenizer.count': (json) => tokenizerCount(json),
    };
  }

  close(): void {
    this.sqlite.close();
    this.db.close();
    this.passing.close();
  }
}
