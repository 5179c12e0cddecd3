import { NotFoundError } from '@app/kernel';
import { Public } from '@app/platform/auth';
import { bare, HostResolver, type BareAnswer } from '@app/platform/http';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { z } from 'zod';

const question = z.object({ domain: z.string().max(253) });

/** What a proxy asks before it gets a certificate for a host: whether requests for it would be served. */
@ApiExcludeController()
@Controller('internal/tls-allowed')
export class TlsController {
  constructor(private readonly hosts: HostResolver) {}

  @Get()
  @Public()
  async isAllowed(@Query({ schema: question }) { domain }: z.infer<typeof question>): Promise<BareAnswer> {
    if ((await this.hosts.resolve(domain.toLowerCase())) === null) throw new NotFoundError('Domain');
    return bare({ allowed: true });
  }
}
