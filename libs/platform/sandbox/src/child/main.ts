/** Entry of a sandbox child: frames come in on descriptor 0 and go out on 1. It ends when its parent is gone. */
import { Socket } from 'node:net';
import { FrameWriter, KIND, readFrames } from '../frames';
import { ChildHost } from './child-host';
import type { ChildSettings } from './settings';

/** Not process.exit(): that waits for, or crashes on, threads whose isolate is in the middle of something. */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

// Sockets of our own, because process.stdout blocks the thread while the worker is slow to read.
const input = new Socket({ fd: 0, readable: true, writable: false });
const output = new Socket({ fd: 1, readable: false, writable: true });
for (const pipe of [input, output]) pipe.on('error', end).on('close', end);
input.on('end', end);
// The worker decides when a child ends; a Ctrl-C in the terminal reaches the whole group.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

const writer = new FrameWriter(output);
// Written by our own parent.
const host = new ChildHost(JSON.parse(process.argv[2] ?? '{}') as ChildSettings, writer);
output.on('drain', () => host.drained());
readFrames(
  input,
  (frame) => host.take(frame),
  (reason) => {
    process.stderr.write(`sandbox child: ${reason}\n`);
    end();
  },
);
writer.send(KIND.ready, 0);
