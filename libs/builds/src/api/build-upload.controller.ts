import { rm } from 'node:fs/promises';
import { Controller, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import { AppError, type RequestPrincipal } from '@app/kernel';
import { buildConfig, UploadService, type BuildConfig } from '@app/builds';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import { ApiItem, ItemAnswer, StreamBody } from '@app/platform/http';
import { BlobStore } from '@app/platform/storage';
import type { FastifyRequest } from 'fastify';
import { toUploadResponse, uploadResponse } from './build.schemas';
import { readUpload } from './upload-reader';
import { UploadSlots } from './upload-slots';

const PARTS = {
  schema: {
    type: 'object' as const,
    required: ['file', 'hash'],
    properties: {
      file: { type: 'string' as const, format: 'binary', description: 'The archive.' },
      hash: { type: 'string' as const, description: "SHA-256 of the archive, or the bundle's own hash." },
      build_id: { type: 'string' as const, format: 'uuid', description: 'Makes repeating the upload safe.' },
    },
  },
};

@ApiTags('Builds')
@Controller('v1/projects/:project_id_or_slug/builds')
export class BuildUploadController {
  constructor(
    private readonly uploads: UploadService,
    private readonly slots: UploadSlots,
    private readonly store: BlobStore,
    @Inject(buildConfig.token) private readonly config: BuildConfig,
  ) {}

  @Post()
  @Access('build', 'create')
  @StreamBody()
  @ApiConsumes('multipart/form-data')
  @ApiBody(PARTS)
  @ApiItem('Uploads a build', uploadResponse, 201)
  async upload(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('project_id_or_slug') idOrName: string,
    @Req() request: FastifyRequest,
  ): Promise<ItemAnswer> {
    if (!request.isMultipart()) {
      throw new AppError('unsupported_media_type', 'An upload must be multipart/form-data');
    }
    const project = await this.uploads.target(principal, idOrName);
    return this.slots.hold(async () => {
      const path = await this.store.tempFile();
      try {
        const archive = await readUpload(request, path, this.config.maxBytes);
        const { build, existed } = await this.uploads.keep(principal, project, archive);
        return existed
          ? new ItemAnswer(toUploadResponse(build), 200, { 'x-build-exists': 'true' })
          : new ItemAnswer(toUploadResponse(build), 201);
      } finally {
        await rm(path, { force: true });
      }
    });
  }
}
