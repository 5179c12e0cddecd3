import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { rerunBody, type CancelAsked, type RerunBody, type Started } from '@app/contracts';
import { CurrentEnv, Needs, toPrincipal, type EnvMember } from '@app/identity';
import { NotFoundError } from '@app/kernel';
import { RunDetailQueries } from '@app/observe';
import { JsonBody, uuid } from '@app/platform/http';
import { RunCommands } from '@app/runs';
import { AnswersOne } from '@app/platform/lists';

/** What people do to runs. */
@ApiTags('Runs')
@Controller('admin/v1/orgs/:org/envs/:env/runs/:run_id')
export class RunActionsController {
  constructor(
    private readonly commands: RunCommands,
    private readonly details: RunDetailQueries,
  ) {}

  @Post('retry')
  @Needs('run.execute')
  @HttpCode(202)
  @AnswersOne('Started', 'Tries a failed run again: same event, same stream, next attempt', 202)
  async retry(
    @CurrentEnv() member: EnvMember,
    @Param('run_id', { schema: uuid }) runId: string,
  ): Promise<Started> {
    await this.commands.retry(member, runId, member.userId);
    const run = await this.details.find(member, runId);
    if (run === undefined || run.event_id === null) throw new NotFoundError('Run');
    return { event_id: run.event_id, stream_id: run.stream_id };
  }

  @Post('rerun')
  @Needs('run.execute')
  @HttpCode(202)
  @AnswersOne('Started', 'Runs it again in a stream of its own, with the same or another input', 202)
  async rerun(
    @CurrentEnv() member: EnvMember,
    @Param('run_id', { schema: uuid }) runId: string,
    @JsonBody(rerunBody) body: RerunBody,
  ): Promise<Started> {
    const started = await this.commands.rerun(toPrincipal(member), runId, {
      input: body.input,
      onOriginalBuild: body.build === 'original',
    });
    return { event_id: started.eventId, stream_id: started.streamId };
  }

  @Post('cancel')
  @Needs('run.cancel')
  @HttpCode(202)
  @AnswersOne('CancelAsked', 'Asks a run to stop, or an attempt that waits not to happen', 202)
  async cancel(
    @CurrentEnv() member: EnvMember,
    @Param('run_id', { schema: uuid }) runId: string,
  ): Promise<CancelAsked> {
    await this.commands.cancel(member, runId);
    return { run_id: runId };
  }
}
