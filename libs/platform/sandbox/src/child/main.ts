/** Entry of a sandbox child: frames come in on stdin, go out on stdout. It ends when its parent is gone. */
import { FrameWriter, KIND, readFrames } from '../frames';
import { ChildHost } from './child-host';
import type { ChildSettings } from './settings';

const settings = JSON.parse(process.argv[2] ?? '{}') as ChildSettings;
const out = new FrameWriter(process.stdout);
const host = new ChildHost(settings, out);

process.stdin.on('end', () => process.exit(0));
process.stdin.on('error', () => process.exit(0));
process.stdout.on('error', () => process.exit(0));
// The worker decides when a child ends; a Ctrl-C in the terminal reaches the whole group.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

readFrames(
  process.stdin,
  (frame) => host.take(frame),
  () => process.exit(1),
);
out.send(KIND.ready, 0);
