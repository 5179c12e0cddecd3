import { type Route, type Routes, type UrlMatcher, UrlSegment } from '@angular/router';

/** `{runId}` and `{runId}/{tab}` are one page: changing the tab must not load the run again. */
const runAndTab: UrlMatcher = (segments) => {
  const [run, tab] = segments;
  if (run === undefined || segments.length > 2) return null;
  return {
    consumed: segments,
    posParams: { runId: run, tab: tab ?? new UrlSegment('timeline', {}) },
  };
};

const detail: Route = {
  matcher: runAndTab,
  title: 'Run',
  loadComponent: () => import('./run-page').then((file) => file.RunPage),
};

export const RUNS_ROUTES: Routes = [
  {
    path: '',
    pathMatch: 'full',
    title: 'Runs',
    loadComponent: () => import('./runs-page').then((file) => file.RunsPage),
  },
  detail,
];
