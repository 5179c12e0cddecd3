import { Injectable, signal } from '@angular/core';
import { CSRF_HEADER, type ErrorBody } from '@app/contracts';
import { ApiError } from './api-error';

export type QueryValue = string | number | boolean | null | undefined;
export type Query = Readonly<Record<string, QueryValue>>;

/** Address with its query; empty values are left out, so that equal questions have equal addresses. */
export function withQuery(url: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return text === '' ? url : `${url}?${text}`;
}

/**
 * The one way to the server. fetch instead of Angular's HttpClient: the app needs no interceptors, and this is a
 * fraction of its size.
 */
@Injectable({ providedIn: 'root' })
export class ApiClient {
  /** Set by the session; sent with every write. */
  csrfToken: string | null = null;
  /** Grows with every 401 outside of signing in: the session is over. */
  readonly unauthorized = signal(0);

  async get<T>(url: string, signal?: AbortSignal): Promise<T> {
    return this.request<T>('GET', url, signal === undefined ? {} : { signal });
  }

  /** `undefined` as body sends none. Resolves to undefined when the answer has no content. */
  async send<T>(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', url: string, body?: unknown): Promise<T> {
    return this.request<T>(method, url, body === undefined ? {} : { body: JSON.stringify(body) });
  }

  private async request<T>(method: string, url: string, init: RequestInit): Promise<T> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (init.body !== undefined) headers['content-type'] = 'application/json';
    if (method !== 'GET' && this.csrfToken !== null) headers[CSRF_HEADER] = this.csrfToken;
    const response = await this.fetch(url, { ...init, method, headers, credentials: 'same-origin' });
    if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
    const problem = await errorOf(response);
    if (problem.status === 401 && !url.includes('/login')) this.unauthorized.update((times) => times + 1);
    throw problem;
  }

  private async fetch(url: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, init);
    } catch (problem) {
      // A TypeError is how fetch says that there was no connection; an abort is our own doing.
      if (problem instanceof TypeError) throw new ApiError(0, 'offline', 'The server cannot be reached.');
      throw problem;
    }
  }
}

async function errorOf(response: Response): Promise<ApiError> {
  const requestId = response.headers.get('x-request-id');
  try {
    const { error } = (await response.json()) as ErrorBody;
    return new ApiError(
      response.status,
      error.code,
      error.message,
      error.request_id ?? requestId,
      error.retry_after ?? null,
    );
  } catch {
    // A proxy's page instead of our envelope.
    return new ApiError(response.status, 'unknown', `The server answered ${response.status}.`, requestId);
  }
}
