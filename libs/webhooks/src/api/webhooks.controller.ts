import { NotFoundError } from '@app/kernel';
import { Public } from '@app/platform/auth';
import { StreamBody } from '@app/platform/http';
import { readAddress } from '@app/webhooks';
import { All, Controller, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WebhookCalls } from './webhook-calls';
import { send } from './webhook-response';

/** Not part of the described API: addresses are told where they are declared. */
@ApiExcludeController()
@Controller('webhook')
export class WebhooksController {
  constructor(private readonly calls: WebhookCalls) {}

  @All(':org_slug/:env_name/*')
  @Public()
  @StreamBody()
  async call(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('org_slug') orgSlug: string,
    @Param('env_name') envName: string,
  ): Promise<void> {
    const address = readAddress(restOf(request));
    if (address === null) throw new NotFoundError('Webhook endpoint');
    await send(reply, await this.calls.call(request, { orgSlug, envName, ...address }));
  }
}

/** What stands behind the environment, as it was received: decoding comes after taking it apart. */
function restOf(request: FastifyRequest): string {
  const [path = ''] = (request.raw.url ?? '').split('?', 1);
  return path.split('/').slice(4).join('/');
}
