import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { convertToParamMap, provideRouter, Router } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { choice, flag, integer, list, text } from './codecs';
import { readValues, urlState, writeValues } from './url-state';

const DEFINITION = {
  q: text(),
  status: list(['running', 'failed']),
  sort: choice(['-started', 'started'], '-started'),
  size: integer(25, [25, 50, 100]),
  live: flag(),
};

describe('reading an address', () => {
  it('gives what is absent its initial value', () => {
    expect(readValues(DEFINITION, convertToParamMap({}))).toEqual({
      values: { q: '', status: [], sort: '-started', size: 25, live: false },
      ignored: [],
    });
  });

  it('reads lists, numbers and choices', () => {
    const params = { q: 'confirm', status: 'running,failed', sort: 'started', size: '100', live: 'on' };
    expect(readValues(DEFINITION, convertToParamMap(params)).values).toEqual({
      q: 'confirm',
      status: ['running', 'failed'],
      sort: 'started',
      size: 100,
      live: true,
    });
  });

  it('names what is no value and goes on without it', () => {
    const params = { status: 'running,exploded', sort: 'colour', size: '7', live: 'maybe' };
    const { values, ignored } = readValues(DEFINITION, convertToParamMap(params));
    expect(ignored).toEqual(['status', 'sort', 'size', 'live']);
    expect(values.status).toEqual([]);
    expect(values.size).toBe(25);
  });
});

describe('writing an address', () => {
  it('leaves initial values out', () => {
    expect(writeValues(DEFINITION, { status: [], size: 25, sort: 'started' })).toEqual({
      status: null,
      size: null,
      sort: 'started',
    });
  });

  it('gives back what was read', () => {
    const params = { q: 'a b', status: 'failed', sort: 'started', size: '50', live: 'on' };
    expect(writeValues(DEFINITION, readValues(DEFINITION, convertToParamMap(params)).values)).toEqual(params);
  });
});

@Component({ template: '{{ url.values().status.join("+") }}' })
class Page {
  readonly url = urlState(DEFINITION);
}

describe('urlState', () => {
  async function open(path: string): Promise<{ page: Page; router: Router; text: () => string }> {
    TestBed.configureTestingModule({ providers: [provideRouter([{ path: 'runs', component: Page }])] });
    const harness = await RouterTestingHarness.create();
    const page = await harness.navigateByUrl(path, Page);
    return {
      page,
      router: TestBed.inject(Router),
      text: () => harness.routeNativeElement?.textContent ?? '',
    };
  }

  it('shows what the address says and writes changes back without touching other parameters', async () => {
    const { page, router, text: shown } = await open('/runs?status=failed&view=v_81');
    expect(shown()).toBe('failed');
    page.url.set({ status: ['running', 'failed'], size: 50 });
    await TestBed.inject(Router).navigated;
    await new Promise((resolve) => setTimeout(resolve));
    expect(router.parseUrl(router.url).queryParams).toEqual({
      status: 'running,failed',
      size: '50',
      view: 'v_81',
    });
  });

  it('keeps the same value object while only others change', async () => {
    const { page, router } = await open('/runs?status=failed');
    const before = page.url.values();
    await router.navigateByUrl('/runs?status=failed&other=1');
    expect(page.url.values()).toBe(before);
  });
});
