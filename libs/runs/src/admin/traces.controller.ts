import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { LOG_STREAMS, type CallValues, type RunLogs, type Trace } from '@app/contracts';
import { CurrentEnv, Needs, type EnvMember } from '@app/identity';
import { NotFoundError } from '@app/kernel';
import { readInfo, RunDetailQueries, statusName, type RunDetailRecord } from '@app/observe';
import { uuid } from '@app/platform/http';
import { TraceReader } from '@app/runs';
import { z } from 'zod';
import { AnswersOne } from '@app/platform/lists';
import { decodeLogs } from './log-decoder';
import { decodeTrace, decodeValues } from './trace-decoder';

const callIndex = z
  .string()
  .regex(/^\d{1,7}$/, 'call must be its number in the trace')
  .transform(Number);

const logsQuery = z.object({
  stream: z.enum(LOG_STREAMS).optional(),
  q: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(1_000),
  offset: z.coerce.number().int().min(0).max(10_000_000).default(0),
});

@ApiTags('Runs')
@Controller('admin/v1/orgs/:org/envs/:env/runs/:run_id')
export class TracesController {
  constructor(
    private readonly details: RunDetailQueries,
    private readonly traces: TraceReader,
  ) {}

  @Get('trace')
  @Needs('view')
  @AnswersOne('Trace', 'Every call of the run, without values')
  async trace(
    @CurrentEnv() member: EnvMember,
    @Param('run_id', { schema: uuid }) runId: string,
  ): Promise<Trace> {
    const run = await this.details.find(member, runId);
    if (run === undefined) throw new NotFoundError('Run');
    const parts = await this.traces.parts(member, runId);
    return decodeTrace(parts, {
      state: stateOf(run, parts.length > 0),
      dropped: readInfo(run.info).droppedCalls,
    });
  }

  @Get('logs')
  @Needs('view')
  @AnswersOne('RunLogs', 'What the run printed')
  async logs(
    @CurrentEnv() member: EnvMember,
    @Param('run_id', { schema: uuid }) runId: string,
    @Query({ schema: logsQuery }) { stream, q, limit, offset }: z.infer<typeof logsQuery>,
  ): Promise<RunLogs> {
    const { lines, dropped, droppedBytes } = decodeLogs(await this.traces.parts(member, runId));
    const wanted = q?.toLowerCase();
    const fitting = lines.filter(
      (line) =>
        (stream === undefined || line.stream === stream) &&
        (wanted === undefined || line.text.toLowerCase().includes(wanted)),
    );
    return {
      lines: fitting.slice(offset, offset + limit),
      total: fitting.length,
      dropped,
      dropped_bytes: droppedBytes,
    };
  }

  @Get('calls/:call')
  @Needs('payload.view')
  @AnswersOne('CallValues', 'Arguments, result and error of one call')
  async call(
    @CurrentEnv() member: EnvMember,
    @Param('run_id', { schema: uuid }) runId: string,
    @Param('call', { schema: callIndex }) call: number,
  ): Promise<CallValues> {
    const values = decodeValues(await this.traces.parts(member, runId), call);
    if (values === undefined) throw new NotFoundError('Run');
    return values;
  }
}

function stateOf(run: RunDetailRecord, found: boolean): Trace['state'] {
  if (found) return 'available';
  if (statusName(run.status) === 'running') return 'collecting';
  if (run.trace_bytes > 0) return 'expired';
  return run.call_count > 0 ? 'not_recorded' : 'available';
}
