import { Readable } from 'node:stream';
import { requireApiKey, requirePermission } from '@app/access';
import { BlobDownload } from '@app/blobs';
import { attachment } from '@app/files';
import type { RequestPrincipal } from '@app/kernel';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import { uuid } from '@app/platform/http';
import { Controller, Get, Param, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Not part of the described API: the address is of use to whoever has met a reference only. */
@ApiExcludeController()
@Controller('v1/blobs')
export class BlobsController {
  constructor(private readonly blobs: BlobDownload) {}

  @Get(':blob_ref_id/download')
  @Access('run', 'read')
  async download(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('blob_ref_id', { schema: uuid }) refId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    requireApiKey(principal);
    requirePermission(principal, 'read', 'run:*');
    const { bytes, stream, contentType } = await this.blobs.open(principal, refId);
    // The framework would read all of it to throw it away.
    const isHead = request.method === 'HEAD';
    if (isHead) stream.destroy();
    // What somebody sent must not become a page of this server.
    reply.header('x-content-type-options', 'nosniff');
    return new StreamableFile(isHead ? Readable.from([]) : stream, {
      type: contentType,
      disposition: attachment(`blob-${refId}`),
      length: bytes,
    });
  }
}
