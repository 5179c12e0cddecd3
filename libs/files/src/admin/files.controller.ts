import { Controller, Delete, Get, HttpCode, Param, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { FILE_SORTS, type FileFolders, type FileRow } from '@app/contracts';
import { attachment, fileName, FileService, UNKNOWN_TYPE } from '@app/files';
import { CurrentEnv, Needs, toPrincipal, type EnvMember } from '@app/identity';
import { BadRequestError, Clock, NotFoundError, type Principal } from '@app/kernel';
import { uuid, type BareAnswer } from '@app/platform/http';
import {
  AnswersFile,
  AnswersNothing,
  AnswersOne,
  AnswersPage,
  listing,
  listQueryShape,
  offsetPage,
  pagePosition,
  RequestId,
} from '@app/platform/lists';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { FileBrowserQueries, type FileOrder, type FileRecord } from './file-browser.queries';

const prefixShape = z.string().max(2048).optional();
const filesQuery = z.object({
  prefix: prefixShape,
  q: listQueryShape.q,
  sort: listQueryShape.sort,
  limit: listQueryShape.limit,
  offset: listQueryShape.offset,
  cursor: listQueryShape.cursor,
});
const foldersQuery = z.object({ prefix: prefixShape });

/** Files that programs and credentials have stored in the environment. */
@ApiTags('Files')
@Controller('admin/v1/orgs/:org/envs/:env/files')
export class FilesController {
  constructor(
    private readonly queries: FileBrowserQueries,
    private readonly files: FileService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Needs('view')
  @AnswersPage('FileRow', 'Files right below a prefix, or all below it that match a text')
  async list(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: filesQuery }) query: z.infer<typeof filesQuery>,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    const { limit, offset } = pagePosition(query);
    const asked = {
      prefix: storable(query.prefix),
      q: storable(query.q).trim(),
      order: orderOf(query.sort),
    };
    const { rows, total } = await this.queries.list(member, asked, { limit, offset });
    return listing(offsetPage(rows.map(toRow), total, { limit, offset }), {
      requestId,
      nowMs: this.clock.nowMs(),
    });
  }

  @Get('folders')
  @Needs('view')
  @AnswersOne('FileFolders', 'What is right below a prefix, and how much')
  async folders(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: foldersQuery }) query: z.infer<typeof foldersQuery>,
  ): Promise<FileFolders> {
    const prefix = storable(query.prefix);
    const rows = await this.queries.folders(member, prefix);
    return {
      folders: rows.flatMap(({ name, files, bytes }) =>
        name === null ? [] : [{ name, prefix: `${prefix}${name}/`, files, bytes }],
      ),
      files: rows.reduce((sum, { files }) => sum + files, 0),
      bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  @Get(':file_id')
  @Needs('view')
  @AnswersOne('FileRow', 'One file')
  async find(
    @CurrentEnv() member: EnvMember,
    @Param('file_id', { schema: uuid }) fileId: string,
  ): Promise<FileRow> {
    const file = await this.queries.find(member, fileId);
    if (file === undefined) throw new NotFoundError('File');
    return toRow(file);
  }

  @Get(':file_id/download')
  @Needs('file.download')
  @AnswersFile(UNKNOWN_TYPE, 'The content of a file')
  async download(
    @CurrentEnv() member: EnvMember,
    @Param('file_id', { schema: uuid }) fileId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { file, stream } = await this.files.download(allowed(member), fileId);
    // A page or script that somebody stored must not become one of this server.
    reply.header('x-content-type-options', 'nosniff');
    return new StreamableFile(stream, {
      type: file.contentType ?? UNKNOWN_TYPE,
      disposition: attachment(fileName(file.path)),
      length: file.size,
    });
  }

  @Delete(':file_id')
  @Needs('store.write')
  @HttpCode(204)
  @AnswersNothing('Deletes a file')
  async delete(
    @CurrentEnv() member: EnvMember,
    @Param('file_id', { schema: uuid }) fileId: string,
  ): Promise<void> {
    await this.files.delete(allowed(member), fileId);
  }
}

/** Whoever comes this far has the capability: what people may do with files is no matter of URNs. */
const allowed = (member: EnvMember): Principal => ({
  ...toPrincipal(member),
  permissions: { 'file:*': ['read', 'delete'] },
});

function orderOf(sort: string | undefined): FileOrder {
  if (sort === undefined || sort === '') return { field: 'path', descending: false };
  const field = FILE_SORTS.find((name) => name === sort.replace(/^-/, ''));
  if (field === undefined) throw new BadRequestError(`sort must be one of ${FILE_SORTS.join(', ')}`);
  return { field, descending: sort.startsWith('-') };
}

/** No path has what the database refuses to compare. */
function storable(text: string | undefined): string {
  if (text?.includes('\0') === true) throw new BadRequestError('prefix and q must be text without NUL');
  return text ?? '';
}

const toRow = (file: FileRecord): FileRow => ({
  file_id: file.file_id,
  path: file.path,
  size: file.size,
  content_type: file.content_type,
  etag: file.etag,
  backend: file.storage_backend,
  created_at: file.created_at.toISOString(),
  updated_at: file.updated_at.toISOString(),
  created_by_run_id: file.created_by_run_id,
  updated_by_run_id: file.updated_by_run_id,
});
