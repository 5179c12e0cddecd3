import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import type { FileFolders, FileRow, Listing, Single } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { SearchBox } from '@app/admin-ui/filter';
import { formatBytes, plural, ShortId, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { pageKeys } from '@app/admin-ui/listing';
import { Scope } from '@app/admin-ui/session';
import { EmptyState, ErrorState } from '@app/admin-ui/states';
import { Cell, type Column, DataTable, PAGE_SIZES, Pager } from '@app/admin-ui/table';
import { choice, integer, text, urlState } from '@app/admin-ui/url';
import { crumbsOf, shownName } from './paths';

const COLUMNS: readonly Column[] = [
  { id: 'path', header: 'Name', sort: 'path', card: 1 },
  { id: 'size', header: 'Size', width: 100, sort: 'size', align: 'end', card: 2 },
  { id: 'type', header: 'Content type', width: 176, from: 760 },
  { id: 'created', header: 'Created', width: 112, sort: 'created', align: 'end', card: 2 },
  { id: 'updated', header: 'Updated', width: 112, sort: 'updated', align: 'end', from: 900 },
  { id: 'run', header: 'Created by', width: 132, from: 640 },
  { id: 'get', header: '', width: 56, align: 'end', card: 1 },
];
const SORTS = ['path', '-path', 'created', '-created', 'updated', '-updated', 'size', '-size'] as const;

@Component({
  selector: 'hp-files-page',
  imports: [
    Cell,
    DataTable,
    EmptyState,
    ErrorState,
    Icon,
    MatTooltip,
    Pager,
    RouterLink,
    SearchBox,
    ShortId,
    TimeView,
  ],
  templateUrl: './files-page.html',
  styleUrl: './files-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class FilesPage {
  protected readonly scope = inject(Scope);
  protected readonly url = urlState({
    prefix: text(),
    q: text(),
    sort: choice(SORTS, 'path'),
    size: integer(50, PAGE_SIZES),
    cur: text(),
  });
  protected readonly columns = COLUMNS;
  protected readonly folders = fetched<Single<FileFolders>>(
    () => {
      const base = this.scope.api();
      return base === undefined
        ? undefined
        : withQuery(`${base}/files/folders`, { prefix: this.url.values().prefix });
    },
    { keep: true },
  );
  protected readonly files = fetched<Listing<FileRow>>(
    () => {
      const base = this.scope.api();
      const { prefix, q, sort, size, cur } = this.url.values();
      const query = { prefix, q, sort, limit: size, cursor: cur };
      return base === undefined ? undefined : withQuery(`${base}/files`, query);
    },
    { keep: true },
  );
  protected readonly crumbs = computed(() => crumbsOf(this.url.values().prefix));
  /** While somebody searches, everything below is in the table. */
  protected readonly shownFolders = computed(() =>
    this.url.values().q === '' ? this.folders.value()?.data.folders : [],
  );
  /** A folder that has only folders needs no empty table. */
  protected readonly showsTable = computed(
    () => (this.files.value()?.data.length ?? 1) > 0 || (this.shownFolders() ?? []).length === 0,
  );
  protected readonly formatBytes = formatBytes;
  protected readonly plural = plural;
  protected readonly rowId = (row: FileRow): string => row.file_id;
  protected readonly rowLink = (row: FileRow): readonly string[] => this.scope.link('files', row.file_id);

  constructor() {
    pageKeys({ reload: () => Promise.all([this.folders.reload(), this.files.reload()]) });
  }

  protected nameOf(row: FileRow): string {
    return shownName(row.path, this.url.values().prefix);
  }

  protected downloadUrl(row: FileRow): string {
    return `${this.scope.api() ?? ''}/files/${row.file_id}/download`;
  }

  protected open(prefix: string): void {
    this.url.set({ prefix, q: '', cur: '' });
  }

  protected search(q: string): void {
    this.url.set({ q, cur: '' }, { replace: true });
  }
}
