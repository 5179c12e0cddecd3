/** The few calls of the Hot API that the command line makes. */
import { CommandError } from '../usage-error';

export interface Remote {
  readonly url: string;
  readonly key: string;
}

export interface BuildRow {
  readonly build_id: string;
  readonly project_id: string;
  readonly project_name?: string;
  readonly hash: string;
  readonly size: number;
  readonly build_type: string;
  readonly deployed: boolean;
  readonly runtime_status: string;
  readonly runtime_error: string | null;
  readonly runtime_warning: { readonly message: string } | null;
  readonly created_at: string;
}

export interface ProjectRow {
  readonly project_id: string;
  readonly name: string;
  readonly active: boolean;
  readonly created_at: string;
}

/** All that the platform tells of a context variable. */
export interface ContextRow {
  readonly key: string;
  readonly description: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface ContextContent {
  readonly value: string;
  readonly description: string | null;
}

/** An error answer of the API. */
export class ApiError extends CommandError {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

interface Answer<T> {
  readonly data: T;
  readonly pagination?: { readonly total: number };
}

export class ApiClient {
  constructor(private readonly remote: Remote) {}

  listProjects(limit: number, offset: number): Promise<Answer<readonly ProjectRow[]>> {
    return this.call('GET', `/v1/projects?limit=${limit}&offset=${offset}`);
  }

  async createProject(name: string): Promise<ProjectRow> {
    return (await this.call<ProjectRow>('POST', '/v1/projects', JSON.stringify({ name }))).data;
  }

  async switchProject(name: string, verb: 'activate' | 'deactivate'): Promise<void> {
    await this.call('POST', `/v1/projects/${encodeURIComponent(name)}/${verb}`);
  }

  listContext(project: string, limit: number, offset: number): Promise<Answer<readonly ContextRow[]>> {
    return this.call('GET', `${contextPath(project)}?limit=${limit}&offset=${offset}`);
  }

  async createContext(project: string, variable: ContextContent & { readonly key: string }): Promise<void> {
    await this.call('POST', contextPath(project), JSON.stringify(variable));
  }

  async replaceContext(project: string, key: string, content: ContextContent): Promise<void> {
    await this.call('PUT', contextPath(project, key), JSON.stringify(content));
  }

  async deleteContext(project: string, key: string): Promise<void> {
    await this.call('DELETE', contextPath(project, key));
  }

  listBuilds(project: string, limit: number, offset: number): Promise<Answer<readonly BuildRow[]>> {
    return this.call(
      'GET',
      `/v1/projects/${encodeURIComponent(project)}/builds?limit=${limit}&offset=${offset}`,
    );
  }

  async getBuild(project: string, buildId: string): Promise<BuildRow> {
    return (await this.call<BuildRow>('GET', `/v1/projects/${encodeURIComponent(project)}/builds/${buildId}`))
      .data;
  }

  async uploadBuild(
    project: string,
    archive: Buffer,
    hash: string,
    buildId: string | null,
  ): Promise<BuildRow> {
    const form = new FormData();
    form.set('hash', hash);
    if (buildId !== null) form.set('build_id', buildId);
    const type = { type: 'application/zip' };
    form.set('file', new Blob([new Uint8Array(archive)], type), `${buildId ?? 'build'}.hot.zip`);
    return (await this.call<BuildRow>('POST', `/v1/projects/${encodeURIComponent(project)}/builds`, form))
      .data;
  }

  async deployBuild(project: string, buildId: string): Promise<BuildRow> {
    const path = `/v1/projects/${encodeURIComponent(project)}/builds/${buildId}/deploy`;
    return (await this.call<BuildRow>('POST', path)).data;
  }

  private async call<T>(method: string, path: string, body?: string | FormData): Promise<Answer<T>> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    const answer = parse(text);
    if (response.ok) return answer as Answer<T>;
    const error = (answer as { error?: { code?: string; message?: string } } | null)?.error;
    throw new ApiError(
      response.status,
      error?.code ?? 'unknown',
      error?.message ?? `${method} ${path} answered ${response.status}`,
    );
  }

  private async send(method: string, path: string, body?: string | FormData): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.remote.key}` };
    if (typeof body === 'string') headers['content-type'] = 'application/json';
    try {
      return await fetch(new URL(path, this.remote.url), {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      });
    } catch (cause) {
      throw new CommandError(`No answer from ${this.remote.url}: is the platform running there?`, { cause });
    }
  }
}

function contextPath(project: string, key?: string): string {
  const path = `/v1/projects/${encodeURIComponent(project)}/context`;
  return key === undefined ? path : `${path}/${encodeURIComponent(key)}`;
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    // Something else than the platform answers at that address; the status tells the story.
    return null;
  }
}
