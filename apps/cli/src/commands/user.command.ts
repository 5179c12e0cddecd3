/** `hot user add`: the first people of an installation, and new passwords for those who lost theirs. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UsageError } from '../usage-error';
import type { Command } from './command';

const ROLES = ['admin', 'member'] as const;
type Role = (typeof ROLES)[number];

export const userCommand: Command = {
  name: 'user',
  summary: 'add somebody to an organization, made when it is not there, and set a password',
  usage:
    'hot user add EMAIL --org SLUG [--env NAME] [--name NAME] [--role admin|member] [--password-stdin]      DATABASE_URL says which database',
  options: {
    org: { type: 'string' },
    env: { type: 'string' },
    name: { type: 'string' },
    role: { type: 'string' },
    'password-stdin': { type: 'boolean' },
  },
  async run({ positionals, flags, env, out }) {
    const [verb, email] = positionals;
    const orgSlug = flags.text('org');
    if (verb !== 'add' || email === undefined || orgSlug === undefined) {
      throw new UsageError(`hot user needs a verb, an address and an organization: ${userCommand.usage}`);
    }
    if (!env['DATABASE_URL']) {
      throw new UsageError(
        'Accounts stand in the database: start the platform here (npm start), or set DATABASE_URL',
      );
    }
    const role = roleOf(flags.text('role') ?? 'admin');
    const password = flags.on('password-stdin') ? await readStdin() : await askTwice();
    const { addUser } = await import('../account/add-user.js');
    const tenant = await addUser(env, {
      orgSlug,
      envName: flags.text('env') ?? 'production',
      email,
      userName: flags.text('name'),
      role,
      password,
    });
    out.note(`${tenant.userEmail} can sign in and is ${role} of ${tenant.orgSlug}.`);
    out.print(`user ${tenant.userId}`);
    out.print(`org  ${tenant.orgId}  ${tenant.orgSlug}`);
    out.print(`env  ${tenant.envId}  ${tenant.envName}`);
    return 0;
  },
};

function roleOf(text: string): Role {
  const role = ROLES.find((known) => known === text);
  if (role === undefined) throw new UsageError(`--role is admin or member, not "${text}"`);
  return role;
}

/** The first line: a password ends with no line feed. */
async function readStdin(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) text += String(chunk);
  return text.split(/\r?\n/)[0] ?? '';
}

async function askTwice(): Promise<string> {
  if (!process.stdin.isTTY) throw new UsageError('Give the password with --password-stdin, or at a terminal');
  const first = await ask('Password: ');
  if ((await ask('Once more: ')) !== first) throw new UsageError('The two passwords differ');
  return first;
}

/** Nothing that is typed is shown. */
async function ask(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await prompt.question('');
  } finally {
    prompt.close();
    process.stderr.write('\n');
  }
}
