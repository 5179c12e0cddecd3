import { Controller, Get, HttpCode, Inject } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { Public } from '@app/platform/auth';
import { ApiBare, bare, type BareAnswer } from '@app/platform/http';
import { z } from 'zod';
import { apiConfig, type ApiConfig } from './api.config';
import { GIT_SHA, VERSION } from './version';

const STARTED_AT = new Date(Date.now() - process.uptime() * 1000).toISOString();

const statusResponse = z
  .object({
    status: z.literal('ok'),
    service: z.string(),
    version: z.string(),
    git_sha: z.string(),
    start_time: z.iso.datetime(),
  })
  .meta({ id: 'Status' });

/** Says that the process serves HTTP, without asking anything it depends on. */
@ApiTags('Status')
@Controller()
export class StatusController {
  constructor(@Inject(apiConfig.token) private readonly config: ApiConfig) {}

  @Get('status')
  @Public()
  @ApiSecurity({})
  @ApiBare('Whether the server is up', statusResponse)
  status(): BareAnswer {
    return bare({
      status: 'ok',
      service: 'hot.dev api server',
      version: VERSION,
      git_sha: this.config.gitSha?.slice(0, 7) ?? GIT_SHA,
      start_time: STARTED_AT,
    });
  }

  @Get()
  @Public()
  @HttpCode(200)
  @ApiExcludeEndpoint()
  root(): BareAnswer {
    return this.status();
  }
}
