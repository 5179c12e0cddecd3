/**
 * Tables: dispatch, worker_lease (read).
 *
 * Containers that nobody waits for any more, because what ran them was killed: found by their labels, removed. A container
 * is somebody's as long as the worker that started it lives and has its run.
 */
import { ContainerDriver } from '@app/platform/containers';
import { Db, statement } from '@app/platform/database';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';

export const LABELS = {
  installation: 'hot.installation',
  run: 'hot.run',
  incarnation: 'hot.incarnation',
  task: 'hot.task',
} as const;

const SWEEP_MS = 30_000;

// Several installations may share an engine.
const INSTALLATION = statement(
  'containers_installation',
  `SELECT (SELECT system_identifier FROM pg_control_system())::text || '-' || oid::text AS id
   FROM pg_database WHERE datname = current_database()`,
);

const OWNED = statement(
  'containers_owned',
  `SELECT d.run_id, d.incarnation FROM hot.dispatch d
   JOIN hot.worker_lease l ON l.incarnation = d.incarnation AND l.expires_at > now()
   WHERE d.run_id = ANY ($1::uuid[]) AND d.state = 2`,
);

@Injectable()
export class ContainerLeftovers implements OnModuleInit, OnApplicationShutdown {
  private readonly log = new Logger(ContainerLeftovers.name);
  private timer: NodeJS.Timeout | undefined;
  private known: Promise<string> | undefined;

  constructor(
    private readonly db: Db,
    @Inject(ContainerDriver) private readonly driver: ContainerDriver | null,
  ) {}

  onModuleInit(): void {
    if (this.driver === null) return;
    const look = (): void => {
      this.sweep().catch((error: unknown) => {
        this.log.warn({
          event: 'containers.not_swept',
          error: error instanceof Error ? error.message : error,
        });
      });
    };
    look();
    this.timer = setInterval(look, SWEEP_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** As this installation's containers are labelled. */
  installation(): Promise<string> {
    this.known ??= this.db.queryOne<{ id: string }>(INSTALLATION).then((row) => {
      if (row === undefined) throw new Error('A statement with one row answered none');
      return row.id;
    });
    this.known.catch(() => (this.known = undefined));
    return this.known;
  }

  /** How many were removed. */
  async sweep(): Promise<number> {
    const { driver } = this;
    if (driver === null) return 0;
    const found = await driver.list(LABELS.installation, await this.installation());
    if (found.length === 0) return 0;
    // Read after they were listed: what was begun since is not among them.
    const rows = await this.db.query<{ run_id: string; incarnation: string }>(OWNED, [
      found.map(({ labels }) => labels[LABELS.run]),
    ]);
    const owned = new Set(rows.map((row) => `${row.run_id} ${row.incarnation}`));
    const left = found.filter(
      ({ labels }) => !owned.has(`${labels[LABELS.run] ?? ''} ${labels[LABELS.incarnation] ?? ''}`),
    );
    for (const { id, labels } of left) {
      await driver.remove(id);
      this.log.warn({ event: 'container.left_over', containerId: id, taskId: labels[LABELS.task] });
    }
    return left.length;
  }
}
