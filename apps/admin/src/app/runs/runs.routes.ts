import type { Routes } from '@angular/router';

export const RUNS_ROUTES: Routes = [
  { path: '', title: 'Runs', loadComponent: () => import('./runs-page').then((file) => file.RunsPage) },
  {
    path: ':runId',
    title: 'Run',
    loadComponent: () => import('./run-page').then((file) => file.RunPage),
  },
];
