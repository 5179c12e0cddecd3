/** Command of the starter: sets up the local account and prints it as one line of JSON. */
import { ensureLocalAccount } from './local-account';

ensureLocalAccount(process.env).then(
  (account) => process.stdout.write(`${JSON.stringify(account)}\n`),
  (error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`The local account could not be set up. ${reason}\n`);
    process.exitCode = 1;
  },
);
