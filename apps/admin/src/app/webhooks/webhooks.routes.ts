import type { Routes } from '@angular/router';

const list = () => import('./webhooks-page').then((file) => file.WebhooksPage);

export const WEBHOOKS_ROUTES: Routes = [
  { path: '', pathMatch: 'full', title: 'Webhooks', loadComponent: list },
  { path: ':service', title: 'Webhook service', loadComponent: list },
  {
    path: ':service/:endpointId',
    title: 'Webhook',
    loadComponent: () => import('./webhook-page').then((file) => file.WebhookPage),
  },
];
