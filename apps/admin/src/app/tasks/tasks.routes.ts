import { type Route, type Routes, type UrlMatcher, UrlSegment } from '@angular/router';

/** `{taskId}` and `{taskId}/{tab}` are one page: changing the tab must not load the task again. */
const taskAndTab: UrlMatcher = (segments) => {
  const [task, tab] = segments;
  if (task === undefined || segments.length > 2) return null;
  return {
    consumed: segments,
    posParams: { taskId: task, tab: tab ?? new UrlSegment('calls', {}) },
  };
};

const detail: Route = {
  matcher: taskAndTab,
  title: 'Task',
  loadComponent: () => import('./task-page').then((file) => file.TaskPage),
};

export const TASKS_ROUTES: Routes = [
  {
    path: '',
    pathMatch: 'full',
    title: 'Tasks',
    loadComponent: () => import('./tasks-page').then((file) => file.TasksPage),
  },
  detail,
];
