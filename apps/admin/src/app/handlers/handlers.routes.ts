import type { Routes } from '@angular/router';

export const HANDLERS_ROUTES: Routes = [
  {
    path: '',
    pathMatch: 'full',
    title: 'Event Handlers',
    loadComponent: () => import('./handlers-page').then((file) => file.HandlersPage),
  },
];
