import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalBlobStore } from './local-blob-store';
import { keepsTheContract } from './testing/blob-store.contract';

describe('the store on this machine', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'store-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  keepsTheContract(() => new LocalBlobStore(root));
});
