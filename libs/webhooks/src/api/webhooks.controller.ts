import { Public } from '@app/platform/auth';
import { StreamBody } from '@app/platform/http';
import { All, Controller, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WebhookCalls } from './webhook-calls';
import { send } from './webhook-response';

/** Not part of the described API: addresses are told where they are declared. */
@ApiExcludeController()
@Controller('webhook')
export class WebhooksController {
  constructor(private readonly calls: WebhookCalls) {}

  @All('*')
  @Public()
  @StreamBody()
  async call(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await send(reply, await this.calls.call(request));
  }
}
