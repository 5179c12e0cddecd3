/** `hot verify`: counts again on the database of an installation. For those who run it, not for those who use it. */
import type { Verification } from '@app/dispatch';
import type { UsageVerification } from '@app/usage';
import { CommandError } from '../usage-error';
import type { Command, CommandInput } from './command';

/** What was found, line by line. */
export function verificationLines(found: Verification): readonly string[] {
  const { events, differences } = found;
  return [
    `events accepted ${events.accepted} = handled ${events.handled} + unhandled ${events.unhandled} + dead letters ` +
      `${events.deadLettered} + outstanding ${events.outstanding} + commands ${events.commands} + missing ${events.missing}`,
    ...found.missingEventIds.map((id) => `  missing: event ${id}`),
    differences.length === 0 ? 'counters equal the facts' : 'counters differ from the facts:',
    ...differences.map(
      ({ counter, envId, counted, facts }) =>
        `  ${counter} of environment ${envId}: counted ${counted}, there are ${facts}`,
    ),
    found.limbo === 0 ? 'nothing is in limbo' : `${found.limbo} rows are in limbo:`,
    ...found.limboDispatchIds.map((id) => `  dispatch ${id}`),
  ];
}

/** What was found of the counters of use. */
export function usageLines({ differences, staleStreams }: UsageVerification): readonly string[] {
  return [
    differences.length === 0 ? 'use is counted right' : 'use is counted wrong:',
    ...differences.map(
      ({ counter, id, counted, facts }) => `  ${counter} of ${id}: counted ${counted}, there are ${facts}`,
    ),
    ...(staleStreams === 0
      ? []
      : [`totals of ${staleStreams} streams are not those of their runs and events (a crash may do that)`]),
  ];
}

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'count again on the database: no event lost, counters right, nothing forgotten',
  usage: 'hot verify [--patience SECONDS] [--json]      DATABASE_URL says which database',
  options: { patience: { type: 'string' }, json: { type: 'boolean' } },
  async run({ env, flags, out }) {
    if (!env['DATABASE_URL']) {
      throw new CommandError(
        'verify counts on the database itself: start the platform in this folder (npm start), or set DATABASE_URL',
      );
    }
    const found = await verifyDatabase(env, flags.count('patience', 60));
    if (flags.on('json')) out.print(JSON.stringify(found));
    else for (const line of [...verificationLines(found), ...usageLines(found.usage)]) out.print(line);
    return found.ok ? 0 : 1;
  },
};

/** Loaded when asked for: the rest of the command line starts without a server's libraries. */
async function verifyDatabase(
  env: CommandInput['env'],
  patienceSeconds: number,
): Promise<Verification & { readonly usage: UsageVerification }> {
  const { parseSlice } = await import('@app/platform/config');
  const { databaseConfig, withDatabase } = await import('@app/platform/database');
  const { Verifier } = await import('@app/dispatch');
  const { UsageVerifier } = await import('@app/usage');
  return withDatabase(parseSlice(databaseConfig, env), 'hot-verify', async (db) => {
    const found = await new Verifier(db).verify(patienceSeconds);
    const usage = await new UsageVerifier(db).verify();
    return { ...found, ok: found.ok && usage.differences.length === 0, usage };
  });
}
