import { Public } from '@app/platform/auth';
import { StreamBody } from '@app/platform/http';
import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { McpEndpoints } from './mcp-endpoints';
import type { Place } from './messages';

interface Params {
  readonly org_slug?: string;
  readonly env_name?: string;
  readonly service: string;
}

/** On custom domains, which belong to one environment, an address names the service only. */
const ADDRESSES = ['mcp/:org_slug/:env_name/:service', 'mcp/:service'];

/** Not part of the described API: what can be called is told by the services themselves. */
@ApiExcludeController()
@Controller(ADDRESSES)
export class McpController {
  constructor(private readonly endpoints: McpEndpoints) {}

  @Post()
  @HttpCode(200)
  @Public()
  @StreamBody()
  async post(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() params: Params,
  ): Promise<void> {
    await this.endpoints.post(request, reply, placeOf(params));
  }

  /** The older transport: answers come here, messages are posted beside. */
  @Get()
  @Public()
  async get(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() params: Params,
  ): Promise<void> {
    await this.endpoints.get(request, reply, placeOf(params));
  }

  @Post('messages')
  @HttpCode(202)
  @Public()
  @StreamBody()
  async message(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() params: Params,
    @Query('sessionId') sessionId?: string,
  ): Promise<void> {
    await this.endpoints.message(request, reply, placeOf(params), sessionId);
  }
}

function placeOf({ org_slug: orgSlug, env_name: envName, service }: Params): Place {
  return { service, names: orgSlug === undefined || envName === undefined ? null : { orgSlug, envName } };
}
