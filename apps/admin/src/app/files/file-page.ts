import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import type { FileRow, Single } from '@app/contracts';
import { Confirm, Tell } from '@app/admin-ui/confirm';
import { ApiClient, fetched } from '@app/admin-ui/data';
import { CopyButton, formatBytes, formatCount, ShortId, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { Scope } from '@app/admin-ui/session';
import { ErrorState, Skeleton } from '@app/admin-ui/states';

@Component({
  selector: 'hp-file-page',
  imports: [CopyButton, ErrorState, Icon, RouterLink, ShortId, Skeleton, TimeView],
  templateUrl: './file-page.html',
  styles: `
    h1 {
      overflow-wrap: anywhere;
      font-size: 17px;
    }

    .card {
      padding: 16px;
    }

    .read {
      margin-top: 16px;
    }

    .code {
      display: flex;
      align-items: center;
      gap: 8px;
      margin-top: 8px;
    }

    .waiting {
      display: flex;
      flex-direction: column;
      gap: 16px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class FilePage {
  readonly fileId = input.required<string>();
  private readonly api = inject(ApiClient);
  private readonly confirm = inject(Confirm);
  private readonly router = inject(Router);
  private readonly tell = inject(Tell);
  protected readonly scope = inject(Scope);

  protected readonly address = computed(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/files/${encodeURIComponent(this.fileId())}`;
  });
  protected readonly detail = fetched<Single<FileRow>>(() => this.address());
  protected readonly file = computed(() => this.detail.value()?.data);
  protected readonly folder = computed(() => {
    const path = this.file()?.path ?? '';
    return path.slice(0, path.lastIndexOf('/') + 1);
  });
  protected readonly snippet = computed(() => `read-file(${JSON.stringify(this.file()?.path ?? '')})`);
  protected readonly formatBytes = formatBytes;
  protected readonly formatCount = formatCount;

  protected async remove(file: FileRow): Promise<void> {
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    const sure = await this.confirm.ask({
      title: `Delete ${name}?`,
      consequences: [`Code that reads ${file.path} finds nothing from now on.`, 'It cannot be brought back.'],
      verb: 'Delete file',
      danger: true,
      typed: name,
    });
    if (!sure) return;
    try {
      await this.api.send('DELETE', this.address() ?? '');
      this.tell.done(`${name} was deleted.`);
      await this.router.navigate([...this.scope.link('files')], {
        queryParams: this.folder() === '' ? {} : { prefix: this.folder() },
      });
    } catch (failure) {
      this.tell.problem(failure);
    }
  }
}
