/** Places graphs beside the page: hundreds of nodes take longer than a frame. */
import { placeGraph, type LayoutRequest } from './layout';

addEventListener('message', ({ data }: MessageEvent<LayoutRequest>) => {
  postMessage(placeGraph(data));
});
