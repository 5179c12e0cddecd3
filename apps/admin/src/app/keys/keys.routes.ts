import type { Routes } from '@angular/router';

export const KEYS_ROUTES: Routes = [
  {
    path: '',
    pathMatch: 'full',
    title: 'API Keys',
    loadComponent: () => import('./keys-page').then((file) => file.KeysPage),
  },
  {
    path: 'new',
    title: 'New API key',
    loadComponent: () => import('./new-key-page').then((file) => file.NewKeyPage),
  },
  {
    path: ':keyId',
    title: 'API key',
    loadComponent: () => import('./key-page').then((file) => file.KeyPage),
  },
];
