import type { RequestPrincipal } from '@app/kernel';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import { ApiItem } from '@app/platform/http';
import { UsageService } from '@app/usage';
import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { toUsageResponse, usageResponse } from './usage.response';

@ApiTags('Org')
@Controller('v1/org/usage')
export class UsageController {
  constructor(private readonly usage: UsageService) {}

  @Get()
  @Access('org', 'read')
  @ApiItem('What the organization has used in its current period, and what its plan allows', usageResponse)
  async get(@CurrentPrincipal() principal: RequestPrincipal): Promise<object> {
    return toUsageResponse(await this.usage.current(principal));
  }
}
