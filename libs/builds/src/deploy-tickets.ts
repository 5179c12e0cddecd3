import { Injectable, Logger } from '@nestjs/common';
import { defineQueue, InjectWorkQueue, WorkQueue } from '@app/platform/queue';
import { z } from 'zod';

const ticketSchema = z.object({ v: z.literal(1), buildId: z.uuid(), sequence: z.number().int() });
export type DeployTicket = z.infer<typeof ticketSchema>;

/** "This build waits to be loaded." A hint: builds that wait are also found without it. */
export const deployTickets = defineQueue<DeployTicket>({ name: 'deployment', payload: ticketSchema });

/** Tells the workers of a deployment. */
@Injectable()
export class DeployQueue {
  private readonly log = new Logger(DeployQueue.name);

  constructor(@InjectWorkQueue(deployTickets) private readonly tickets: WorkQueue<DeployTicket>) {}

  /** Never throws: with the queue away, the workers' sweep finds the build a moment later. */
  async announce(buildId: string, sequence: number): Promise<void> {
    try {
      await this.tickets.add({ v: 1, buildId, sequence });
    } catch (error) {
      this.log.warn({ event: 'deploy.not_announced', buildId, error: String(error) });
    }
  }
}
