import type { Routes } from '@angular/router';

const routes = (kind: 'service-keys' | 'sessions', list: string, one: string): Routes => [
  {
    path: '',
    pathMatch: 'full',
    title: list,
    data: { kind },
    loadComponent: () => import('./derived-keys-page').then((file) => file.DerivedKeysPage),
  },
  {
    path: ':id',
    title: one,
    data: { kind },
    loadComponent: () => import('./derived-key-page').then((file) => file.DerivedKeyPage),
  },
];

export const SERVICE_KEYS_ROUTES = routes('service-keys', 'Service Keys', 'Service key');
export const SESSIONS_ROUTES = routes('sessions', 'Sessions', 'Session');
