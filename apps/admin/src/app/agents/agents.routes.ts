import { type Route, type Routes, type UrlMatcher, UrlSegment } from '@angular/router';

/** `{namespace}/{type}` and `{namespace}/{type}/{tab}` are one page: changing the tab must not load the agent again. */
const agentAndTab: UrlMatcher = (segments) => {
  const [namespace, type, tab] = segments;
  if (namespace === undefined || type === undefined || segments.length > 3) return null;
  return { consumed: segments, posParams: { namespace, type, tab: tab ?? new UrlSegment('graph', {}) } };
};

const detail: Route = {
  matcher: agentAndTab,
  title: 'Agent',
  loadComponent: () => import('./agent-page').then((file) => file.AgentPage),
};

export const AGENTS_ROUTES: Routes = [
  {
    path: '',
    pathMatch: 'full',
    title: 'Agents',
    loadComponent: () => import('./agents-page').then((file) => file.AgentsPage),
  },
  // The way up from an agent leads through its namespace.
  { path: ':namespace', pathMatch: 'full', redirectTo: '' },
  detail,
];
