/** One orderly end, whatever asks for it: Ctrl-C, kill, a closed terminal, or the death of the script that ran us. */
import { describe } from './failure.mjs';

/**
 * Calls `stop` once on the first request and then ends the process. A terminal's Ctrl-C reaches us twice (directly and
 * through run.mjs), so only a request more than a second later counts as impatience and ends at once.
 * @param {(reason: string) => Promise<void>} stop
 */
export function onShutdown(stop) {
  let asked = 0;
  const request = (reason, code) => {
    const now = Date.now();
    if (asked > 0) {
      if (now - asked > 1000 && reason !== 'disconnect') process.exit(code);
      return;
    }
    asked = now;
    stop(reason).then(
      () => process.exit(code),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', () => request('SIGINT', 130));
  process.on('SIGTERM', () => request('SIGTERM', 143));
  process.on('SIGHUP', () => request('SIGHUP', 129));
  if (process.channel) {
    process.on('disconnect', () => request('disconnect', 1));
    process.channel.unref();
  }
  for (const kind of ['uncaughtException', 'unhandledRejection']) {
    process.on(kind, (error) => {
      console.error(describe(error));
      request(kind, 1);
    });
  }
  // A closed pipe (npm start | head) must not end us half-way through stopping.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  return { isAsked: () => asked > 0 };
}
