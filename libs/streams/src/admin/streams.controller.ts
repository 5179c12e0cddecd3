import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { StreamDetail } from '@app/contracts';
import { CurrentEnv, Needs, type EnvMember } from '@app/identity';
import { Clock, NotFoundError } from '@app/kernel';
import {
  AttributionQueries,
  parseStreamFilter,
  StreamMemberQueries,
  StreamQueries,
  toStreamMember,
  toStreamRow,
  type StreamRecord,
} from '@app/observe';
import { uuid, type BareAnswer } from '@app/platform/http';
import {
  AnswersOne,
  AnswersPage,
  listing,
  listQueryShape,
  listRange,
  mapRows,
  pagePosition,
  RequestId,
} from '@app/platform/lists';
import { z } from 'zod';

const streamListQuery = z.object({ ...listQueryShape, state: z.string().max(100).optional() });
const membersQuery = z.object({
  limit: listQueryShape.limit,
  offset: listQueryShape.offset,
  cursor: listQueryShape.cursor,
});
const dataQuery = membersQuery.extend({ run: uuid.optional() });

@ApiTags('Streams')
@Controller('admin/v1/orgs/:org/envs/:env/streams')
export class StreamsController {
  constructor(
    private readonly streams: StreamQueries,
    private readonly members: StreamMemberQueries,
    private readonly attributions: AttributionQueries,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Needs('view')
  @AnswersPage('StreamRow', 'Streams, newest first')
  async list(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: streamListQuery }) query: z.infer<typeof streamListQuery>,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    const nowMs = this.clock.nowMs();
    const filter = parseStreamFilter(query, listRange(query, nowMs));
    const page = await this.streams.list(member, filter, pagePosition(query));
    return listing(mapRows(page, toStreamRow), { requestId, nowMs });
  }

  @Get(':stream_id')
  @Needs('view')
  @AnswersOne('StreamDetail', 'One stream')
  async find(
    @CurrentEnv() member: EnvMember,
    @Param('stream_id', { schema: uuid }) streamId: string,
  ): Promise<StreamDetail> {
    const [stream, root, data] = await Promise.all([
      this.require(member, streamId),
      this.members.root(member, streamId),
      this.members.data(member, streamId, undefined, { limit: 1, offset: 0, cursor: undefined }),
    ]);
    return {
      ...toStreamRow(stream),
      root_event_id: root?.event_id ?? null,
      attribution:
        root === undefined
          ? null
          : await this.attributions.of(member, {
              source: root.source,
              originRunId: root.origin_run_id,
              accessId: root.access_id,
              userId: root.created_by_user_id,
              retentionClass: root.retention_class,
              at: root.event_time,
            }),
      data_count: data.total,
    };
  }

  @Get(':stream_id/members')
  @Needs('view')
  @AnswersPage('StreamMember', 'Events and runs of a stream, oldest first')
  async listMembers(
    @CurrentEnv() member: EnvMember,
    @Param('stream_id', { schema: uuid }) streamId: string,
    @Query({ schema: membersQuery }) query: z.infer<typeof membersQuery>,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    await this.require(member, streamId);
    const page = await this.members.members(member, streamId, pagePosition(query));
    return listing(mapRows(page, toStreamMember), { requestId, nowMs: this.clock.nowMs() });
  }

  @Get(':stream_id/data')
  @Needs('payload.view')
  @AnswersPage('StreamDataRow', 'What runs of a stream emitted, oldest first')
  async listData(
    @CurrentEnv() member: EnvMember,
    @Param('stream_id', { schema: uuid }) streamId: string,
    @Query({ schema: dataQuery }) query: z.infer<typeof dataQuery>,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    await this.require(member, streamId);
    const page = await this.members.data(member, streamId, query.run, pagePosition(query));
    return listing(page, { requestId, nowMs: this.clock.nowMs() });
  }

  private async require(member: EnvMember, streamId: string): Promise<StreamRecord> {
    const stream = await this.streams.find(member, streamId);
    if (stream === undefined) throw new NotFoundError('Stream');
    return stream;
  }
}
