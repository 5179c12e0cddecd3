import { Injectable } from '@nestjs/common';
import {
  ConflictError,
  mapPage,
  newId,
  NotFoundError,
  type Page,
  type Paging,
  type Principal,
} from '@app/kernel';
import { requirePermission, type Action } from '@app/access';
import { isUniqueViolation } from '@app/platform/database';
import { projectScopedUrns, ProjectService, type ProjectView } from '@app/projects';
import { parseContextDescription, parseContextKey, parseContextValue } from './context-rules';
import { ContextRepository, type ContextRow } from './context.repository';
import { ContextSecrets } from './context-secrets';

/** What may be told of a variable: everything but its value. */
export interface ContextVariable {
  readonly key: string;
  readonly description: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface ContextInput {
  readonly value: string;
  readonly description: string | null;
}

/** The variables of one project. What is written here, runs see that start afterwards. */
@Injectable()
export class ContextService {
  constructor(
    private readonly projects: ProjectService,
    private readonly rows: ContextRepository,
    private readonly secrets: ContextSecrets,
  ) {}

  /** By key. */
  async list(principal: Principal, idOrName: string, paging: Paging): Promise<Page<ContextVariable>> {
    const project = await this.allowed(principal, idOrName, 'read', '*');
    return mapPage(await this.rows.list(principal, project.projectId, paging), toVariable);
  }

  /** Throws ConflictError when the project has the key already. */
  async create(
    principal: Principal,
    idOrName: string,
    untrustedKey: string,
    input: ContextInput,
  ): Promise<ContextVariable> {
    const key = parseContextKey(untrustedKey);
    const { value, description } = parsed(input);
    const { projectId } = await this.allowed(principal, idOrName, 'create', key);
    const contextId = newId();
    const sealed = this.secrets.seal(principal, contextId, value);
    const { userId } = principal;
    try {
      const row = await this.rows.insert(principal, projectId, {
        contextId,
        key,
        sealed,
        description,
        userId,
      });
      if (row === undefined) throw new NotFoundError('Project');
      return toVariable(row);
    } catch (error) {
      if (!isUniqueViolation(error, 'context_project_key')) throw error;
      throw new ConflictError(`key exists already: change context variable ${JSON.stringify(key)} with PUT`, {
        cause: error,
      });
    }
  }

  /** Replaces value and description; never creates. Throws NotFoundError. */
  async replace(
    principal: Principal,
    idOrName: string,
    key: string,
    input: ContextInput,
  ): Promise<ContextVariable> {
    const { value, description } = parsed(input);
    const { projectId } = await this.allowed(principal, idOrName, 'update', key);
    const found = await this.rows.find(principal, projectId, storable(key));
    if (found === undefined) throw new NotFoundError('Context variable');
    const { context_id: contextId } = found;
    const sealed = this.secrets.seal(principal, contextId, value);
    const { userId } = principal;
    const row = await this.rows.replace(principal, projectId, { contextId, sealed, description, userId });
    if (row === undefined) throw new NotFoundError('Context variable');
    return toVariable(row);
  }

  /** Throws NotFoundError. */
  async delete(principal: Principal, idOrName: string, key: string): Promise<void> {
    const { projectId } = await this.allowed(principal, idOrName, 'delete', key);
    if (!(await this.rows.delete(principal, projectId, storable(key)))) {
      throw new NotFoundError('Context variable');
    }
  }

  private async allowed(
    principal: Principal,
    idOrName: string,
    action: Action,
    key: string,
  ): Promise<ProjectView> {
    const project = await this.projects.find(principal, idOrName);
    requirePermission(principal, action, ...projectScopedUrns('context', project, key));
    return project;
  }
}

function parsed({ value, description }: ContextInput): ContextInput {
  return { value: parseContextValue(value), description: parseContextDescription(description) };
}

/** A key from a path may hold what the database refuses to compare; no variable is called so. */
function storable(key: string): string {
  if (key.includes('\0')) throw new NotFoundError('Context variable');
  return key;
}

function toVariable(row: ContextRow): ContextVariable {
  return {
    key: row.key,
    description: row.description,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
