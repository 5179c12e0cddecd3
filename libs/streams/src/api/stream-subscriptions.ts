/** Use cases of the subscription endpoints, from checks to the first frames. */
import { requirePermission } from '@app/access';
import { EventCommands, readPublishBody, requireEventPermission } from '@app/events';
import { AppError, newId, type RequestPrincipal } from '@app/kernel';
import { HeldConnections } from '@app/platform/auth';
import { LiveBus, SseConnections, sseFrame, type SseSlot } from '@app/platform/live';
import { envChannel } from '@app/dispatch';
import { ProjectService } from '@app/projects';
import { isTerminal, requireRunPermission, RunReads } from '@app/runs';
import { StreamReads } from '@app/streams';
import { isEnded, TaskReads, type TaskView } from '@app/tasks';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { RunLoader } from '../run-loader';
import { completeFrame, publishedFrame, runUpdateFrame, taskFrame } from '../stream-frames';
import { StreamHub, type Watch } from '../stream-hub';
import { StreamSubscriber } from './stream-subscriber';

/** Runs, and tasks, of the past that a new subscriber is told. */
const REPLAYED = 100;

@Injectable()
export class StreamSubscriptions {
  constructor(
    private readonly connections: SseConnections,
    private readonly hub: StreamHub,
    private readonly streams: StreamReads,
    private readonly runs: RunReads,
    private readonly tasks: TaskReads,
    private readonly loader: RunLoader,
    private readonly projects: ProjectService,
    private readonly events: EventCommands,
    private readonly bus: LiveBus,
    private readonly held: HeldConnections,
  ) {}

  async stream(
    principal: RequestPrincipal,
    reply: FastifyReply,
    streamId: string,
    project: string | undefined,
  ): Promise<void> {
    await this.withSlot(principal, async (slot) => {
      await this.streams.require(principal, streamId);
      requirePermission(principal, 'read', `stream:${streamId}`);
      const subscriber = new StreamSubscriber(await this.projectId(principal, project));
      await this.follow(principal, reply, slot, streamId, subscriber, null);
    });
  }

  async withEvent(
    principal: RequestPrincipal,
    reply: FastifyReply,
    text: string,
    project: string | undefined,
    idempotencyKey: string | null,
  ): Promise<void> {
    await this.withSlot(principal, async (slot) => {
      const body = readPublishBody(text);
      const streamId = body.streamId ?? newId();
      requirePermission(principal, 'read', `stream:${streamId}`);
      requireEventPermission(principal, 'create', body.eventType, body.eventData);
      const subscriber = new StreamSubscriber(await this.projectId(principal, project));
      // Watched before anything is published: nothing that comes of the event can be missed.
      let watch: Watch | null = await this.hub.watch(principal, streamId, subscriber.onHappening);
      try {
        const event = await this.events.publish(
          principal,
          { ...body, streamId },
          { source: 'api', idempotencyKey, stream: body.streamId === null ? 'fresh' : 'given' },
        );
        if (event.streamId !== streamId) {
          // A repeated request: the event of the first one, in its stream.
          watch.leave();
          watch = null;
        }
        await this.follow(principal, reply, slot, event.streamId, subscriber, watch, publishedFrame(event));
      } catch (error) {
        watch?.leave();
        throw error;
      }
    });
  }

  async env(principal: RequestPrincipal, reply: FastifyReply): Promise<void> {
    await this.withSlot(principal, async (slot) => {
      if (!this.bus.isUp())
        throw new AppError('pubsub_unavailable', 'Live updates are not available at the moment');
      let write: ((message: string) => void) | null = null;
      const stop = await this.bus.subscribe(envChannel(principal.envId), (message) => write?.(message));
      const connection = slot.open(reply, { lastFrame: () => null });
      connection.whenClosed(stop);
      write = (message) => connection.write(sseFrame(typeOf(message), message));
    });
  }

  async run(principal: RequestPrincipal, reply: FastifyReply, runId: string): Promise<void> {
    await this.withSlot(principal, async (slot) => {
      const known = await this.runs.get(principal, runId);
      requireRunPermission(principal, known);
      let changed: (() => void) | null = null;
      const watch = await this.hub.watch(principal, known.streamId, (happening) => {
        if (happening.kind === 'status' && happening.run.runId === runId) changed?.();
      });
      // Read after the watch began, so that no change falls between the two.
      let run = await this.runs.get(principal, runId);
      const connection = slot.open(reply, { lastFrame: undefined });
      connection.whenClosed(watch.leave);
      connection.write(runUpdateFrame(run));
      if (isTerminal(run.status)) return connection.end();
      changed = () => {
        void this.loader.load(principal, runId).then((now) => {
          if (now === null || now.status === run.status) return;
          run = now;
          connection.write(runUpdateFrame(run));
          if (isTerminal(run.status)) connection.end();
        });
      };
      changed();
    });
  }

  async task(principal: RequestPrincipal, reply: FastifyReply, taskId: string): Promise<void> {
    await this.withSlot(principal, async (slot) => {
      const known = await this.tasks.get(principal, taskId);
      requirePermission(principal, 'read', `stream:${known.streamId}`);
      let tell: ((task: TaskView, frame: string) => void) | null = null;
      const watch = await this.hub.watch(principal, known.streamId, (happening) => {
        if (happening.kind === 'task' && happening.task.taskId === taskId)
          tell?.(happening.task, happening.frame);
      });
      const connection = slot.open(reply, { lastFrame: undefined });
      connection.whenClosed(watch.leave);
      let last = '';
      tell = (task, frame) => {
        if (frame === last) return;
        last = frame;
        connection.write(frame);
        if (isEnded(task.status)) connection.end();
      };
      // Read after the watch began, so that no change falls between the two.
      const task = await this.tasks.get(principal, taskId);
      if (last === '') tell(task, taskFrame(task));
    });
  }

  private async follow(
    principal: RequestPrincipal,
    reply: FastifyReply,
    slot: SseSlot,
    streamId: string,
    subscriber: StreamSubscriber,
    watching: Watch | null,
    first?: string,
  ): Promise<void> {
    const watch = watching ?? (await this.hub.watch(principal, streamId, subscriber.onHappening));
    try {
      const [state, tasks] = await Promise.all([
        this.runs.ofStream(principal, streamId, REPLAYED),
        this.tasks.ofStream(principal, streamId, REPLAYED),
      ]);
      const connection = slot.open(reply, { lastFrame: () => completeFrame(streamId) });
      connection.whenClosed(watch.leave);
      if (first !== undefined) connection.write(first);
      subscriber.begin(connection, state, tasks.toReversed());
    } catch (error) {
      if (watching === null) watch.leave();
      throw error;
    }
  }

  /** Errors before the headers are answers as everywhere else; a slot that was not used is free again. */
  private async withSlot(principal: RequestPrincipal, work: (slot: SseSlot) => Promise<void>): Promise<void> {
    const slot = this.connections.reserve(principal);
    try {
      await work({
        release: () => slot.release(),
        open: (reply, options) => {
          const connection = slot.open(reply, options);
          this.held.hold(principal, connection);
          return connection;
        },
      });
    } catch (error) {
      slot.release();
      throw error;
    }
  }

  private async projectId(principal: RequestPrincipal, project: string | undefined): Promise<string | null> {
    if (project === undefined || project === '') return null;
    return (await this.projects.find(principal, project)).projectId;
  }
}

/** Notices of an env begin with their type; the rest is passed on unread. */
function typeOf(message: string): string {
  const start = '{"type":"'.length;
  return message.slice(start, message.indexOf('"', start));
}
