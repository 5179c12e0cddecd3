/** The other side: one Bull job per event, processed by a loop that does nothing. */
import Queue from 'bull';

const queue = new Queue('bench-bare', process.env['REDIS_URL'] ?? '', {
  prefix: process.env['BENCH_PREFIX'] ?? '',
});
let seen = 0;

void queue.process(50, async () => {
  seen += 1;
});
process.on('message', (message: { readonly type: string }) => {
  if (message.type === 'seen') process.send?.({ type: 'seen', seen });
});
process.on('disconnect', () => process.exit(0));
void queue.isReady().then(() => process.send?.({ type: 'ready' }));
