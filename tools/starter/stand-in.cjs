// Stands in for the applications in tests of the starter: serves, says ready, and ends as they promise to.
const { createServer } = require('node:http');

exports.run = (role, port) => {
  const { FAKE_CRASH, FAKE_DEAF } = process.env;
  const end = (why) => {
    console.log(`${role} ends: ${why}`);
    process.exit(0);
  };
  if (FAKE_DEAF === role) {
    process.on('SIGTERM', () => {}); // hangs: neither a signal nor a closed channel moves it
    setInterval(() => {}, 1000);
  } else {
    process.on('SIGTERM', () => end('SIGTERM'));
    process.on('disconnect', () => end('disconnect'));
  }
  if (FAKE_CRASH === `${role} at once`) throw new Error(`${role} cannot start`);
  if (FAKE_CRASH === `${role} later`) setTimeout(() => process.exit(7), 500);
  const ready = (url) => process.send({ type: 'ready', role, url });
  if (port)
    createServer((_, reply) => reply.end(role)).listen(port, '127.0.0.1', () =>
      ready(`http://localhost:${port}`),
    );
  else {
    setInterval(() => {}, 1000);
    ready('');
  }
};
