import { Readable } from 'node:stream';
import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Put,
  Query,
  Req,
  Res,
  StreamableFile,
} from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiParam, ApiTags } from '@nestjs/swagger';
import { mapPage, type RequestPrincipal } from '@app/kernel';
import {
  attachment,
  fileName,
  FileService,
  FileTooLargeError,
  normalisePath,
  UNKNOWN_TYPE,
} from '@app/files';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import {
  ApiBytes,
  ApiItem,
  ApiList,
  ApiNothing,
  httpConfig,
  list,
  StreamBody,
  uuid,
  type HttpConfig,
  type ListAnswer,
} from '@app/platform/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fileResponse, filesQuery, toFileResponse, type FileResponse, type FilesQuery } from './file.schemas';
import { requestBytes, requireDeclared } from './request-bytes';

@ApiTags('Files')
@Controller('v1/files')
export class FilesController {
  constructor(
    private readonly files: FileService,
    @Inject(httpConfig.token) private readonly http: HttpConfig,
  ) {}

  @Get()
  @Access('file', 'read')
  @ApiList('Files of the environment, the last changed first', fileResponse)
  async list(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Query({ schema: filesQuery }) { paging, prefix = '' }: FilesQuery,
  ): Promise<ListAnswer> {
    return list(mapPage(await this.files.list(principal, prefix, paging), toFileResponse));
  }

  @Get(':file_id')
  @Access('file', 'read')
  @ApiItem('One file', fileResponse)
  async get(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('file_id', { schema: uuid }) fileId: string,
  ): Promise<FileResponse> {
    return toFileResponse(await this.files.get(principal, fileId));
  }

  @Get(':file_id/download')
  @Access('file', 'read')
  @ApiBytes('The content of a file', UNKNOWN_TYPE)
  async download(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('file_id', { schema: uuid }) fileId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { file, stream } = await this.files.download(principal, fileId);
    // The framework would read all of it to throw it away.
    const isHead = request.method === 'HEAD';
    if (isHead) stream.destroy();
    if (file.etag !== null) reply.header('etag', `"${file.etag}"`);
    // A page or script that somebody stored must not become one of this server.
    reply.header('x-content-type-options', 'nosniff');
    return new StreamableFile(isHead ? Readable.from([]) : stream, {
      type: file.contentType ?? UNKNOWN_TYPE,
      disposition: attachment(fileName(file.path)),
      length: file.size,
    });
  }

  @Put('upload/*')
  @Access('file', 'create')
  @StreamBody()
  @ApiParam({ name: 'path', type: String, description: 'May contain slashes.' })
  @ApiConsumes(UNKNOWN_TYPE)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiItem('Stores a file, or replaces its content', fileResponse)
  async upload(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Req() request: FastifyRequest<{ Params: { readonly '*': string } }>,
  ): Promise<FileResponse> {
    // The rest of the address, decoded once. Nest's own parameter would be described under the name of a star.
    const path = normalisePath(request.params['*']);
    const maxBytes = Math.min(this.files.largestUpload(principal, path), this.http.maxBodyBytes);
    const tooLarge = (): FileTooLargeError => new FileTooLargeError(maxBytes);
    requireDeclared(request, maxBytes, tooLarge);
    const type = request.headers['content-type'] ?? null;
    return toFileResponse(
      await this.files.upload(principal, path, type, requestBytes(request, maxBytes, tooLarge)),
    );
  }

  @Delete(':file_id')
  @Access('file', 'delete')
  @HttpCode(204)
  @ApiNothing('Deletes a file')
  async delete(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('file_id', { schema: uuid }) fileId: string,
  ): Promise<void> {
    await this.files.delete(principal, fileId);
  }
}
