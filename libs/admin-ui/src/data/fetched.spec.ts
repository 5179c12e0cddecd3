import { Injector, runInInjectionContext, signal, type WritableSignal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { forgetAnswers } from './answer-cache';
import { ApiClient, withQuery } from './api-client';
import { fetched, type Fetched } from './fetched';

interface Asked {
  readonly url: string;
  readonly signal: AbortSignal | null;
  answer(status: number, body: unknown): void;
}

const settle = async (): Promise<void> => {
  TestBed.tick();
  for (let i = 0; i < 8; i += 1) await Promise.resolve();
  TestBed.tick();
};

describe('fetched', () => {
  let asked: Asked[];
  let address: WritableSignal<string | undefined>;

  beforeEach(() => {
    asked = [];
    forgetAnswers();
    address = signal<string | undefined>('/a');
    globalThis.fetch = (url, init) =>
      new Promise((resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new DOMException('gone', 'AbortError')));
        asked.push({
          url: String(url),
          signal: init?.signal ?? null,
          answer: (status, body) =>
            resolve({
              ok: status < 400,
              status,
              headers: new Headers(),
              json: async () => body,
            } as Response),
        });
      });
  });

  const make = (keep = false): Fetched<{ n: number }> =>
    runInInjectionContext(TestBed.inject(Injector), () => fetched<{ n: number }>(address, { keep }));

  it('drops the question before when another is asked, and its late answer', async () => {
    const data = make();
    await settle();
    address.set('/b');
    await settle();
    expect(asked[0]?.signal?.aborted).toBe(true);
    asked[0]?.answer(200, { n: 1 });
    asked[1]?.answer(200, { n: 2 });
    await settle();
    expect(data.value()).toEqual({ n: 2 });
    expect(data.status()).toBe('ready');
  });

  it('shows what it knew while it asks again', async () => {
    const data = make();
    await settle();
    asked[0]?.answer(200, { n: 1 });
    await settle();
    address.set('/b');
    await settle();
    expect(data.value()).toBeUndefined();
    asked[1]?.answer(200, { n: 2 });
    await settle();
    address.set('/a');
    await settle();
    expect(data.value()).toEqual({ n: 1 });
    expect(data.status()).toBe('refreshing');
  });

  it('keeps a list on screen while its filter changes', async () => {
    const data = make(true);
    await settle();
    asked[0]?.answer(200, { n: 1 });
    await settle();
    address.set('/a?status=failed');
    await settle();
    expect(data.value()).toEqual({ n: 1 });
    expect(data.status()).toBe('refreshing');
  });

  it('tells a refusal with its code and keeps the old answer', async () => {
    const data = make();
    await settle();
    asked[0]?.answer(200, { n: 1 });
    await settle();
    const again = data.reload();
    asked[1]?.answer(403, { error: { code: 'forbidden', message: 'No', request_id: 'r1' } });
    await again;
    expect(data.error()).toMatchObject({ status: 403, code: 'forbidden', requestId: 'r1' });
    expect(data.value()).toEqual({ n: 1 });
  });

  it('does not leave rows of another question beside a failure', async () => {
    const data = make(true);
    await settle();
    asked[0]?.answer(200, { n: 1 });
    await settle();
    address.set('/a?status=failed');
    await settle();
    asked[1]?.answer(500, { error: { code: 'internal_server_error', message: 'x', request_id: 'r' } });
    await settle();
    expect(data.value()).toBeUndefined();
    expect(data.status()).toBe('failed');
  });

  it('asks again by itself after somebody signed in again', async () => {
    const data = make();
    await settle();
    asked[0]?.answer(401, { error: { code: 'unauthorized', message: 'x', request_id: 'r' } });
    await settle();
    expect(data.error()?.status).toBe(401);
    TestBed.inject(ApiClient).unauthorized.set(0);
    await settle();
    asked[1]?.answer(200, { n: 2 });
    await settle();
    expect(data.value()).toEqual({ n: 2 });
    expect(data.error()).toBeUndefined();
  });

  it('changes what is shown without asking', async () => {
    const data = make();
    await settle();
    asked[0]?.answer(200, { n: 1 });
    await settle();
    data.patch(({ n }) => ({ n: n + 1 }));
    expect(data.value()).toEqual({ n: 2 });
    expect(asked).toHaveLength(1);
  });
});

describe('withQuery', () => {
  it('leaves empty values out, so that equal questions have equal addresses', () => {
    expect(withQuery('/runs', { q: '', status: 'a,b', limit: 25, cursor: undefined, to: null })).toBe(
      '/runs?status=a%2Cb&limit=25',
    );
    expect(withQuery('/runs')).toBe('/runs');
  });
});
