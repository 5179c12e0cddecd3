import { ChangeDetectionStrategy, Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { ApiClient } from '../data';
import { Scope } from '../session';
import { choice, list as listOf, text } from '../url';
import { ClearFilters } from './clear-filters';
import { facetOptions } from './facet-options';
import { IgnoredNotice } from './ignored-notice';
import { listPage } from './list-page';
import { ListPager } from './list-pager';
import { NoMatch } from './no-match';

interface Row {
  readonly id: string;
}

const FILTERS = { q: text(), state: listOf(['open', 'done']), kind: choice(['all', 'new'], 'all') };

@Component({
  imports: [ClearFilters, IgnoredNotice, ListPager, NoMatch],
  template: `
    <hp-ignored [names]="list.ignored()" />
    <hp-clear-filters [list]="list" />
    <hp-list-pager [list]="list" />
    @if (list.count() === 0 && list.filtered()) {
      <hp-no-match [list]="list" what="rows" />
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
class Page {
  readonly list = listPage<Row, typeof FILTERS>({
    path: 'rows',
    filters: FILTERS,
    range: '24h',
    sorts: ['-at', 'at'],
    query: ({ kind }) => (kind === 'all' ? { kind: '' } : {}),
  });
}

describe('listPage', () => {
  let asked: URL[];
  let rows: readonly Row[];
  let harness: RouterTestingHarness;
  let page: Page;

  async function open(query = ''): Promise<void> {
    TestBed.configureTestingModule({
      providers: [
        provideRouter([{ path: 'rows', component: Page }]),
        { provide: Scope, useValue: { api: () => '/e' } },
        {
          provide: ApiClient,
          useValue: {
            unauthorized: signal(0),
            get: (url: string) => {
              asked.push(new URL(url, 'http://app'));
              return Promise.resolve({
                data: rows,
                pagination: { offset: 0, total: rows.length, next_cursor: null, prev_cursor: null },
                facets: { state: [{ value: 'open', count: 2 }] },
              });
            },
          },
        },
      ],
    });
    harness = await RouterTestingHarness.create();
    page = await harness.navigateByUrl(`/rows${query}`, Page);
    await settle();
  }
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 3; i += 1) {
      await new Promise((resolve) => setTimeout(resolve));
      harness.detectChanges();
    }
  };
  const query = (): Record<string, string> => Object.fromEntries(asked.at(-1)?.searchParams ?? []);
  const shown = (): string => harness.routeNativeElement?.textContent.replaceAll(/\s+/g, ' ').trim() ?? '';
  const press = async (key: string, more: KeyboardEventInit = {}): Promise<void> => {
    document.dispatchEvent(new KeyboardEvent('keydown', { key, ...more }));
    await settle();
  };

  beforeEach(() => {
    asked = [];
    rows = [{ id: 'a' }, { id: 'b' }];
  });

  it('asks for what the address says, and in other words where the page says so', async () => {
    await open('?q=x&state=open,done&kind=new&sort=at&cur=c9&size=50');
    expect(asked.at(-1)?.pathname).toBe('/e/rows');
    const rest = {
      q: 'x',
      state: 'open,done',
      t: '24h',
      sort: 'at',
      limit: '50',
      cursor: 'c9',
      include: 'facets',
    };
    expect(query()).toEqual({ ...rest, kind: 'new' });
    page.list.change({ kind: 'all' });
    await settle();
    expect(query()).not.toHaveProperty('kind');
  });

  it('asks for two points in time rather than for the last day', async () => {
    await open('?from=2026-01-01&t=7d');
    expect(query()).toMatchObject({ from: '2026-01-01' });
    expect(query()).not.toHaveProperty('t');
  });

  it('begins at the first page when a filter changes, and keeps the range', async () => {
    await open('?cur=c9&t=7d');
    page.list.change({ state: ['open'] });
    await settle();
    expect(query()).toMatchObject({ state: 'open', t: '7d' });
    expect(query()).not.toHaveProperty('cursor');
  });

  it('is filtered by filters, not by its range, order or place', async () => {
    await open('?t=7d&sort=at&size=50');
    expect(page.list.filtered()).toBe(false);
    expect(shown()).not.toContain('Clear');
    page.list.change({ kind: 'new' });
    await settle();
    expect(page.list.filtered()).toBe(true);
    expect(shown()).toContain('Clear');
  });

  it('goes back to all rows with F, also of what had no match', async () => {
    rows = [];
    await open('?q=nothing&state=done&t=7d');
    expect(shown()).toContain('No rows match');
    await press('F', { shiftKey: true });
    expect(query()).toMatchObject({ t: '7d' });
    expect(query()).not.toHaveProperty('q');
    expect(query()).not.toHaveProperty('state');
  });

  it('leaves keys to whoever types', async () => {
    await open();
    const field = document.body.appendChild(document.createElement('input'));
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'r', bubbles: true }));
    await settle();
    expect(asked).toHaveLength(1);
    field.remove();
    await press('r');
    expect(asked).toHaveLength(2);
  });

  it('hears no key once it is left', async () => {
    await open();
    harness.fixture.destroy();
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'r' }));
    await new Promise((resolve) => setTimeout(resolve));
    expect(asked).toHaveLength(1);
  });

  it('says which values of the address it does not know', async () => {
    await open('?state=lost&sort=by-weight');
    expect(shown()).toContain('Left out of the address because its value is not known: state, sort');
    expect(query()).toMatchObject({ sort: '-at' });
  });

  it('counts what is new once, and tells what came in with the next answer', async () => {
    await open();
    const news = (id: string): void => page.list.announce(id, (row) => row.id === id);
    news('c');
    news('c');
    news('a');
    expect(page.list.news()).toBe(1);
    rows = [{ id: 'c' }, ...rows];
    await page.list.reload();
    expect(page.list.news()).toBe(0);
    expect([...page.list.fresh()]).toEqual(['c']);
  });

  it.each(['?sort=at', '?cur=c9', '?to=2026-01-01'])(
    'has no news where the newest are not: %s',
    async (where) => {
      await open(where);
      page.list.announce('c', () => false);
      expect(page.list.news()).toBe(0);
    },
  );

  it('says how many there are while there are any', async () => {
    await open();
    expect(shown()).toContain('1–2 of 2');
    rows = [];
    await page.list.reload();
    harness.detectChanges();
    expect(shown()).not.toContain('of 0');
  });

  it('offers values that were chosen although none is left', () => {
    const facets = { project: [{ value: 'shop', count: 1 }] };
    expect(facetOptions(facets, 'project', ['gone']).map(({ value }) => value)).toEqual(['gone', 'shop']);
    expect(facetOptions(undefined, 'project', [])).toEqual([]);
  });
});
