import type { Routes } from '@angular/router';

export const CONTEXT_ROUTES: Routes = [
  {
    path: '',
    pathMatch: 'full',
    title: 'Context Variables',
    loadComponent: () => import('./context-page').then((file) => file.ContextPage),
  },
  {
    path: ':key',
    title: 'Context variable',
    loadComponent: () => import('./variable-page').then((file) => file.VariablePage),
  },
];
