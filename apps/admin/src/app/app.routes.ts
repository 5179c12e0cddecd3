import type { Routes } from '@angular/router';
import { landing, requireScope, requireSession } from './shell/guards';

export const routes: Routes = [
  { path: '', pathMatch: 'full', canActivate: [landing], children: [] },
  // Where the server sends `/`.
  { path: 'apps', pathMatch: 'full', canActivate: [landing], children: [] },
  {
    path: 'login',
    title: 'Sign in',
    loadComponent: () => import('./sign-in/sign-in-page').then((file) => file.SignInPage),
  },
  {
    path: 'go/:id',
    canActivate: [requireSession],
    title: 'Looking up…',
    loadComponent: () => import('./missing/go-page').then((file) => file.GoPage),
  },
  {
    path: 'o/:org/e/:env',
    canActivate: [requireSession, requireScope],
    loadComponent: () => import('./shell/shell').then((file) => file.Shell),
    children: [
      { path: '', pathMatch: 'full', redirectTo: 'dashboard' },
      {
        path: 'dashboard',
        title: 'Dashboard',
        loadComponent: () => import('./dashboard/dashboard-page').then((file) => file.DashboardPage),
      },
      { path: 'runs', loadChildren: () => import('./runs/runs.routes').then((file) => file.RUNS_ROUTES) },
      { path: 'tasks', loadChildren: () => import('./tasks/tasks.routes').then((file) => file.TASKS_ROUTES) },
      {
        path: 'events',
        loadChildren: () => import('./events/events.routes').then((file) => file.EVENTS_ROUTES),
      },
      {
        path: 'streams',
        loadChildren: () => import('./streams/streams.routes').then((file) => file.STREAMS_ROUTES),
      },
      {
        path: 'projects',
        loadChildren: () => import('./projects/projects.routes').then((file) => file.PROJECTS_ROUTES),
      },
      {
        path: 'agents',
        loadChildren: () => import('./agents/agents.routes').then((file) => file.AGENTS_ROUTES),
      },
      {
        path: 'handlers',
        loadChildren: () => import('./handlers/handlers.routes').then((file) => file.HANDLERS_ROUTES),
      },
      {
        path: 'schedules',
        loadChildren: () => import('./schedules/schedules.routes').then((file) => file.SCHEDULES_ROUTES),
      },
      { path: 'files', loadChildren: () => import('./files/files.routes').then((file) => file.FILES_ROUTES) },
      {
        path: 'service-keys',
        loadChildren: () =>
          import('./derived-keys/derived-keys.routes').then((file) => file.SERVICE_KEYS_ROUTES),
      },
      {
        path: 'sessions',
        loadChildren: () => import('./derived-keys/derived-keys.routes').then((file) => file.SESSIONS_ROUTES),
      },
      {
        path: 'context',
        loadChildren: () => import('./context/context.routes').then((file) => file.CONTEXT_ROUTES),
      },
      { path: 'mcp', loadChildren: () => import('./mcp/mcp.routes').then((file) => file.MCP_ROUTES) },
      {
        path: 'webhooks',
        loadChildren: () => import('./webhooks/webhooks.routes').then((file) => file.WEBHOOKS_ROUTES),
      },
      { path: 'api-keys', loadChildren: () => import('./keys/keys.routes').then((file) => file.KEYS_ROUTES) },
      {
        path: 'domains',
        loadChildren: () => import('./domains/domains.routes').then((file) => file.DOMAINS_ROUTES),
      },
      {
        path: '**',
        title: 'Not found',
        loadComponent: () => import('./missing/missing-page').then((file) => file.MissingPage),
      },
    ],
  },
  {
    path: 'no-access',
    canActivate: [requireSession],
    title: 'No access',
    loadComponent: () => import('./missing/no-access-page').then((file) => file.NoAccessPage),
  },
  {
    path: '**',
    title: 'Not found',
    loadComponent: () => import('./missing/missing-page').then((file) => file.MissingPage),
  },
];
