import type { Routes } from '@angular/router';

export const EVENTS_ROUTES: Routes = [
  {
    path: '',
    pathMatch: 'full',
    title: 'Events',
    loadComponent: () => import('./events-page').then((file) => file.EventsPage),
  },
  {
    path: ':eventId',
    title: 'Event',
    loadComponent: () => import('./event-page').then((file) => file.EventPage),
  },
];
