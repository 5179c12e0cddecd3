import { AppLifecycleService, type ActionOutcome } from '@app/apps';
import type { RequestPrincipal } from '@app/kernel';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import { OptionalJsonBody } from '@app/platform/http';
import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { z } from 'zod';

const MAX_REASON = 1_000;

const actionInput = z
  .object({ reason: z.string().max(MAX_REASON).nullish(), instance: z.int().min(0).optional() })
  .default({});
type ActionInput = z.infer<typeof actionInput>;

/**
 * Starts, stops and reloads apps. Both addresses are one: the shorter is how people write it. They are not in the
 * document, which lists what official clients know.
 */
@ApiExcludeController()
@Controller(['apps/:key', 'v1/apps/:key'])
export class AppsController {
  constructor(private readonly apps: AppLifecycleService) {}

  @Post('start')
  @Access('project', 'update')
  @HttpCode(202)
  async start(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('key') key: string,
    @OptionalJsonBody(actionInput) input: ActionInput,
  ): Promise<object> {
    return toResponse(await this.apps.act(principal, key, 'start', input));
  }

  @Post('stop')
  @Access('project', 'update')
  @HttpCode(202)
  async stop(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('key') key: string,
    @OptionalJsonBody(actionInput) input: ActionInput,
  ): Promise<object> {
    return toResponse(await this.apps.act(principal, key, 'stop', input));
  }

  @Post('reload')
  @Access('project', 'update')
  @HttpCode(202)
  async reload(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('key') key: string,
    @OptionalJsonBody(actionInput) input: ActionInput,
  ): Promise<object> {
    return toResponse(await this.apps.act(principal, key, 'reload', input));
  }
}

function toResponse({ key, action, state, operationId }: ActionOutcome): object {
  return { key, action, status: state, operation_id: operationId };
}
