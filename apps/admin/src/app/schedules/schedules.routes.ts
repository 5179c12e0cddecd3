import type { Routes } from '@angular/router';

export const SCHEDULES_ROUTES: Routes = [
  {
    path: '',
    pathMatch: 'full',
    title: 'Scheduled Runs',
    loadComponent: () => import('./schedules-page').then((file) => file.SchedulesPage),
  },
  {
    path: ':scheduleId',
    title: 'Schedule',
    loadComponent: () => import('./schedule-page').then((file) => file.SchedulePage),
  },
];
