import type { Routes } from '@angular/router';

export const FILES_ROUTES: Routes = [
  {
    path: '',
    pathMatch: 'full',
    title: 'Files',
    loadComponent: () => import('./files-page').then((file) => file.FilesPage),
  },
  {
    path: ':fileId',
    title: 'File',
    loadComponent: () => import('./file-page').then((file) => file.FilePage),
  },
];
