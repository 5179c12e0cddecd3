import type { Routes } from '@angular/router';

export const DOMAINS_ROUTES: Routes = [
  {
    path: '',
    pathMatch: 'full',
    title: 'Custom Domains',
    loadComponent: () => import('./domains-page').then((file) => file.DomainsPage),
  },
  {
    path: 'new',
    title: 'New domain',
    loadComponent: () => import('./new-domain-page').then((file) => file.NewDomainPage),
  },
  {
    path: ':domainId',
    title: 'Custom domain',
    loadComponent: () => import('./domain-page').then((file) => file.DomainPage),
  },
];
