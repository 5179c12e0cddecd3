import type { Routes } from '@angular/router';

export const PROJECTS_ROUTES: Routes = [
  {
    path: '',
    pathMatch: 'full',
    title: 'Projects',
    loadComponent: () => import('./projects-page').then((file) => file.ProjectsPage),
  },
  {
    path: ':name',
    title: 'Project',
    loadComponent: () => import('./project-page').then((file) => file.ProjectPage),
  },
  {
    path: ':name/builds/:buildId',
    title: 'Build',
    loadComponent: () => import('./build-page').then((file) => file.BuildPage),
  },
];
