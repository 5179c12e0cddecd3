/**
 * Loaded before an application. The applications end themselves when the starter's channel closes, but one that hangs,
 * or was still loading its modules at that moment, would stay: ten seconds later this ends it.
 */
const GRACE_MS = 10_000;

if (process.channel) {
  process.once('disconnect', () => setTimeout(() => process.exit(1), GRACE_MS).unref());
  process.channel.unref();
}
