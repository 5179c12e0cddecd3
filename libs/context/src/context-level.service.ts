import { Injectable } from '@nestjs/common';
import { BadRequestError, ConflictError, newId, NotFoundError, type EnvScope } from '@app/kernel';
import { isUniqueViolation } from '@app/platform/database';
import { ContextLevelRepository, type LevelProjectId } from './context-level.repository';
import { parseContextDescription, parseContextKey, parseContextValue } from './context-rules';
import { ContextRepository } from './context.repository';
import { ContextSecrets } from './context-secrets';

/** Who changes a variable, and where. Whether they may is the surface's affair. */
export interface LevelEditor extends EnvScope {
  readonly userId: string;
}

/** A value as the text that it is, or as JSON. */
export interface LevelValue {
  readonly text: string;
  readonly format: 'text' | 'json';
}

const MAX_NESTING = 64;

/** Variables of both levels: those of an environment, and those of its projects, which win. */
@Injectable()
export class ContextLevelService {
  constructor(
    private readonly levels: ContextLevelRepository,
    private readonly ofProjects: ContextRepository,
    private readonly secrets: ContextSecrets,
  ) {}

  /** Throws BadRequestError, ConflictError when that level has the key already, NotFoundError without the project. */
  async create(
    editor: LevelEditor,
    projectId: LevelProjectId,
    untrustedKey: string,
    input: { readonly value: LevelValue; readonly description: string | null },
  ): Promise<void> {
    const key = parseContextKey(untrustedKey);
    const description = parseContextDescription(input.description);
    const contextId = newId();
    const sealed = this.secrets.sealJson(editor, contextId, jsonOf(input.value));
    const row = { contextId, key, sealed, description, userId: editor.userId };
    try {
      if (projectId === null) return await this.levels.insertOfEnv(editor, row);
      if ((await this.ofProjects.insert(editor, projectId, row)) === undefined)
        throw new NotFoundError('Project');
    } catch (error) {
      if (!isUniqueViolation(error, projectId === null ? 'context_env_key' : 'context_project_key'))
        throw error;
      throw new ConflictError(`${key} has a value there already: replace it instead`, { cause: error });
    }
  }

  /** Replaces the value, the description or both. Throws BadRequestError, NotFoundError. */
  async change(
    editor: LevelEditor,
    projectId: LevelProjectId,
    key: string,
    input: { readonly value?: LevelValue | undefined; readonly description?: string | null | undefined },
  ): Promise<void> {
    const description =
      input.description === undefined ? undefined : parseContextDescription(input.description);
    const json = input.value === undefined ? undefined : jsonOf(input.value);
    const contextId = await this.levels.find(editor, projectId, storable(key));
    if (contextId === undefined) throw new NotFoundError('Context variable');
    const sealed = json === undefined ? undefined : this.secrets.sealJson(editor, contextId, json);
    const row = { contextId, sealed, description, userId: editor.userId };
    if (!(await this.levels.change(editor, projectId, row))) throw new NotFoundError('Context variable');
  }

  /** Throws NotFoundError. */
  async delete(editor: LevelEditor, projectId: LevelProjectId, key: string): Promise<void> {
    if (!(await this.levels.delete(editor, projectId, storable(key)))) {
      throw new NotFoundError('Context variable');
    }
  }
}

function jsonOf({ text, format }: LevelValue): string {
  parseContextValue(text);
  if (format === 'text') return JSON.stringify(text);
  try {
    JSON.parse(text);
  } catch (error) {
    throw new BadRequestError('value must be JSON', { cause: error });
  }
  if (nestingOf(text) > MAX_NESTING)
    throw new BadRequestError(`value must be nested at most ${MAX_NESTING} levels deep`);
  return text;
}

/** Of valid JSON. Counted, not walked: no recursion that a text could exhaust. */
function nestingOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    if (token === ']' || token === '}') depth -= 1;
  }
  return deepest;
}

/** A key from an address may hold what the database refuses to compare; no variable is called so. */
function storable(key: string): string {
  if (key.includes('\0')) throw new NotFoundError('Context variable');
  return key;
}
