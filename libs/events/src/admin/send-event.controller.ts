import { Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { sendEventBody, type SendEventBody, type SentEvent } from '@app/contracts';
import { checkEventType, EventCommands, scanJson } from '@app/events';
import { CurrentEnv, Needs, type EnvMember } from '@app/identity';
import { BadRequestError, parseUuid } from '@app/kernel';
import { JsonBody } from '@app/platform/http';
import { AnswersOne } from '@app/platform/lists';

@ApiTags('Events')
@Controller('admin/v1/orgs/:org/envs/:env/events')
export class SendEventController {
  constructor(private readonly events: EventCommands) {}

  @Post()
  @Needs('run.execute')
  @HttpCode(201)
  @AnswersOne('SentEvent', 'Sends an event; its payload goes to the handlers as typed', 201)
  async send(
    @CurrentEnv() member: EnvMember,
    @JsonBody(sendEventBody) body: SendEventBody,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
  ): Promise<SentEvent> {
    checkEventType(body.event_type);
    const scan = scanJson(body.event_data);
    if (!scan.ok) {
      throw new BadRequestError(`event_data is not valid JSON: ${scan.problem} at position ${scan.at}`);
    }
    const sent = await this.events.publish(
      { ...member, accessId: null },
      { eventType: body.event_type, eventData: body.event_data, streamId: readStream(body.stream_id) },
      { source: 'app', idempotencyKey: idempotencyKey ?? null },
    );
    return { event_id: sent.eventId, stream_id: sent.streamId };
  }
}

function readStream(text: string | undefined): string | null {
  if (text === undefined || text === '') return null;
  const id = parseUuid(text);
  if (id === null) throw new BadRequestError('stream_id must be a UUID');
  return id;
}
