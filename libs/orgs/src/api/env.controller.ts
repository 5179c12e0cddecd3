import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { RequestPrincipal } from '@app/kernel';
import { EnvService } from '@app/orgs';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import { ApiItem } from '@app/platform/http';
import { envResponse, toEnvResponse } from './env.response';

@ApiTags('Env')
@Controller('v1/env')
export class EnvController {
  constructor(private readonly envs: EnvService) {}

  @Get()
  @Access('env', 'read')
  @ApiItem('The environment of the credential', envResponse)
  async get(@CurrentPrincipal() principal: RequestPrincipal): Promise<object> {
    return toEnvResponse(await this.envs.current(principal));
  }
}
