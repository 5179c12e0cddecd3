import { Controller, Delete, HttpCode, Param, Post, Put, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { RequestPrincipal } from '@app/kernel';
import { PartTooLargeError, UNKNOWN_TYPE, UploadService } from '@app/files';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import { ApiItem, ApiNothing, JsonBody, StreamBody, uuid } from '@app/platform/http';
import type { FastifyRequest } from 'fastify';
import {
  fileResponse,
  partNumber,
  partResponse,
  toFileResponse,
  toPartResponse,
  toUploadResponse,
  uploadInput,
  uploadResponse,
  type FileResponse,
  type PartResponse,
  type UploadInput,
  type UploadResponse,
} from './file.schemas';
import { requestBytes, requireDeclared } from './request-bytes';

@ApiTags('Files')
@Controller('v1/files/uploads')
export class UploadsController {
  constructor(private readonly uploads: UploadService) {}

  @Post()
  @Access('file', 'create')
  @ApiItem('Begins an upload in parts', uploadResponse, 201)
  async begin(
    @CurrentPrincipal() principal: RequestPrincipal,
    @JsonBody(uploadInput) { path, expected_size, content_type }: UploadInput,
  ): Promise<UploadResponse> {
    const request = { path, expectedSize: expected_size ?? null, contentType: content_type ?? null };
    return toUploadResponse(await this.uploads.begin(principal, request));
  }

  @Put(':upload_id/:part_number')
  @Access('file', 'create')
  @StreamBody()
  @ApiConsumes(UNKNOWN_TYPE)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiItem('Stores a part, or replaces the one of that number', partResponse)
  async putPart(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('upload_id', { schema: uuid }) uploadId: string,
    @Param('part_number', { schema: partNumber }) number: number,
    @Req() request: FastifyRequest,
  ): Promise<PartResponse> {
    const maxBytes = await this.uploads.largestPart(principal, uploadId, number);
    const tooLarge = (): PartTooLargeError => new PartTooLargeError(maxBytes);
    requireDeclared(request, maxBytes, tooLarge);
    return toPartResponse(
      await this.uploads.putPart(principal, uploadId, number, requestBytes(request, maxBytes, tooLarge)),
    );
  }

  @Post(':upload_id/complete')
  @HttpCode(200)
  @Access('file', 'create')
  @ApiItem('Makes the parts a file', fileResponse)
  async complete(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('upload_id', { schema: uuid }) uploadId: string,
  ): Promise<FileResponse> {
    return toFileResponse(await this.uploads.complete(principal, uploadId));
  }

  @Delete(':upload_id')
  @HttpCode(204)
  @Access('file', 'create')
  @ApiNothing('Aborts an upload and discards its parts')
  async abort(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('upload_id', { schema: uuid }) uploadId: string,
  ): Promise<void> {
    await this.uploads.abort(principal, uploadId);
  }
}
