/**
 * Starting, stopping and reloading apps. Each is one transaction under the project's lock, which also holds the new state:
 * whatever is killed afterwards, workers find what there is left to do in it.
 */
import { requirePermission } from '@app/access';
import {
  AppStateRepository,
  DeploymentRepository,
  DeployService,
  storableText,
  type AppAction,
  type AppRef,
} from '@app/builds';
import { newId, NotFoundError, type Principal } from '@app/kernel';
import { Db } from '@app/platform/database';
import { projectUrns } from '@app/projects';
import { Injectable } from '@nestjs/common';
import { readAppKey } from './app-key';
import { isAvailable, type AppStateName } from './app-state';
import { ActionUnavailableError } from './app.errors';
import { AppQueries, GRACE_MS, type AppView } from './app.queries';

export interface ActionOptions {
  readonly reason?: string | null | undefined;
  /** Apps have one instance, number 0. */
  readonly instance?: number | undefined;
}

export interface ActionOutcome {
  readonly operationId: string;
  readonly key: string;
  readonly action: AppAction;
  /** After it was asked for: what is asked for goes on. */
  readonly state: AppStateName;
}

@Injectable()
export class AppLifecycleService {
  constructor(
    private readonly db: Db,
    private readonly apps: AppQueries,
    private readonly states: AppStateRepository,
    private readonly deployments: DeploymentRepository,
    private readonly deploys: DeployService,
  ) {}

  /** All apps of the environment that may be read, in the order of their keys' projects. */
  async list(principal: Principal): Promise<readonly AppView[]> {
    requirePermission(principal, 'read', 'project:*');
    return this.apps.list(principal);
  }

  /**
   * Throws NotFoundError for an app that is none of the environment's, ForbiddenError, and ActionUnavailableError when
   * the app's state does not allow it.
   */
  async act(
    principal: Principal,
    key: string,
    action: AppAction,
    { reason, instance = 0 }: ActionOptions = {},
  ): Promise<ActionOutcome> {
    const asked = readAppKey(key);
    const known = await this.find(principal, key);
    requirePermission(principal, 'update', ...projectUrns({ ...known, name: known.projectName }));
    if (instance !== 0) throw new NotFoundError('App');
    const operationId = newId();
    return this.db.tx(async () => {
      if ((await this.deployments.lockProject(principal, known.projectId)) === undefined)
        throw new NotFoundError('App');
      // As it is now that nobody else can change it.
      const app = (await this.apps.find(principal, asked)) ?? known;
      if (!isAvailable(action, app.state))
        throw new ActionUnavailableError(app.key, action, app.state, app.blockedBy);
      await this.perform(principal, app, action);
      await this.states.record(app, {
        operationId,
        action,
        reason: reason ? storableText(reason) : null,
        userId: principal.userId,
      });
      const { state } = (await this.apps.find(principal, asked)) ?? app;
      return { operationId, key: app.key, action, state };
    });
  }

  private async find(principal: Principal, key: string): Promise<AppView> {
    const app = await this.apps.find(principal, readAppKey(key));
    if (app === null) throw new NotFoundError('App');
    return app;
  }

  private perform(principal: Principal, app: AppView, action: AppAction): Promise<void> {
    switch (action) {
      case 'start':
        return this.start(principal, app);
      case 'stop':
        return this.stop(principal, app);
      case 'reload':
        return this.reload(principal, app);
    }
  }

  private async start(principal: Principal, app: AppView): Promise<void> {
    await this.states.start(app);
    if (app.typeName !== null) return this.renew(principal, app);
    if (app.state === 'DISABLED') await this.states.beginSession(app.projectId);
    await this.request(principal, app);
  }

  private async stop(principal: Principal, app: AppRef): Promise<void> {
    await this.states.stop(app, principal.userId);
    if (app.typeName !== null) return this.deployments.bumpRevision(principal);
    await this.deployments.stopServing(principal, app.projectId);
  }

  /** Events that arrive meanwhile wait for the build that is being loaded. */
  private async reload(principal: Principal, app: AppRef): Promise<void> {
    if (app.typeName !== null) {
      await this.states.start(app);
      return this.renew(principal, app);
    }
    await this.states.drain(app.projectId, GRACE_MS);
    await this.deployments.stopServing(principal, app.projectId);
    await this.request(principal, app);
  }

  /**
   * The build of an agent is that of its project, which serves meanwhile: activating it again takes up what the agent
   * declares. A deployment that is on its way does so by itself.
   */
  private async renew(principal: Principal, { projectId }: AppRef): Promise<void> {
    await this.deployments.bumpRevision(principal);
    const buildId = await this.apps.deployedAndReady(principal, projectId);
    if (buildId !== null) await this.deploys.requestWithin(projectId, buildId);
  }

  private async request(principal: Principal, { projectId }: AppRef): Promise<void> {
    const buildId = await this.apps.buildToStart(principal, projectId);
    if (buildId === null) throw new NotFoundError('Build');
    await this.deploys.requestWithin(projectId, buildId);
  }
}
