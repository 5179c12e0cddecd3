import { type Routes, type UrlMatcher, UrlSegment } from '@angular/router';

/** `{streamId}` and `{streamId}/{tab}` are one page. */
const streamAndTab: UrlMatcher = (segments) => {
  const [stream, tab] = segments;
  if (stream === undefined || segments.length > 2) return null;
  return { consumed: segments, posParams: { streamId: stream, tab: tab ?? new UrlSegment('timeline', {}) } };
};

export const STREAMS_ROUTES: Routes = [
  {
    path: '',
    pathMatch: 'full',
    title: 'Streams',
    loadComponent: () => import('./streams-page').then((file) => file.StreamsPage),
  },
  {
    matcher: streamAndTab,
    title: 'Stream',
    loadComponent: () => import('./stream-page').then((file) => file.StreamPage),
  },
];
