import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, parseEnv } from 'node:util';
import { nearest } from '@app/lang';
import { buildCommand } from './commands/build.command';
import { buildsCommand } from './commands/builds.command';
import { checkCommand } from './commands/check.command';
import { Flags, type Command } from './commands/command';
import { contextCommand, ctxCommand } from './commands/context.command';
import { deployCommand } from './commands/deploy.command';
import { fmtCommand } from './commands/fmt.command';
import { optionHelp } from './commands/option-help';
import { initCommand } from './commands/init.command';
import { projectCommand, projectsCommand } from './commands/projects.command';
import { replCommand } from './commands/repl.command';
import { evalCommand, runCommand } from './commands/run.command';
import { testCommand } from './commands/test.command';
import { verifyCommand } from './commands/verify.command';
import { userCommand } from './commands/user.command';
import { versionCommand } from './commands/version.command';
import { CommandError, UsageError } from './usage-error';

const COMMANDS: readonly Command[] = [
  initCommand,
  runCommand,
  evalCommand,
  replCommand,
  testCommand,
  fmtCommand,
  checkCommand,
  buildCommand,
  deployCommand,
  buildsCommand,
  contextCommand,
  ctxCommand,
  projectsCommand,
  projectCommand,
  verifyCommand,
  userCommand,
  versionCommand,
];

/** The last as shells tell of a program that wrote where nobody reads any more. */
const EXIT = { failure: 1, usage: 2, closedPipe: 141 } as const;

async function main(argv: readonly string[]): Promise<number> {
  const [verb, ...rest] = argv;
  if (verb === undefined || verb === 'help' || verb === '--help' || verb === '-h') {
    return help(rest[0]);
  }
  const command = COMMANDS.find((candidate) => candidate.name === (verb === '--version' ? 'version' : verb));
  if (command === undefined)
    throw new UsageError(
      `There is no command "${verb}"${meant(
        verb,
        COMMANDS.map(({ name }) => name),
        'hot ',
      )}\nhot help lists what there is`,
    );
  const { values, positionals } = parse(command, rest);
  if (values['help'] === true) return help(command.name);
  const cwd = process.env['HOT_CALLER_CWD'] ?? process.cwd();
  return command.run({
    cwd,
    positionals,
    flags: new Flags(values),
    env: { ...dotEnv(cwd), ...process.env },
    out: {
      print: (line) => process.stdout.write(`${line}\n`),
      note: (line) => process.stderr.write(`${line}\n`),
      write: (stream, text) => process[stream === 'out' ? 'stdout' : 'stderr'].write(text),
      isTerminal: process.stdout.isTTY,
    },
  });
}

/** What `.env` in the folder sets; the environment itself wins. */
function dotEnv(cwd: string): Readonly<Record<string, string | undefined>> {
  try {
    return parseEnv(readFileSync(join(cwd, '.env'), 'utf8'));
  } catch {
    return {}; // there is none
  }
}

function parse(
  command: Command,
  args: readonly string[],
): { values: Record<string, unknown>; positionals: string[] } {
  try {
    const options = { ...command.options, help: { type: 'boolean', short: 'h' } } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const [, unknown] = /^Unknown option '(--?[^']+)'/.exec(message) ?? [];
    const problem =
      unknown === undefined
        ? message
        : `Unknown option ${unknown}${meant(unknown.replace(/^-+/, ''), Object.keys(command.options), '--')}`;
    throw new UsageError(`${problem}\n${command.usage}`, { cause });
  }
}

/** What was probably meant. */
function meant(typed: string, names: readonly string[], before: string): string {
  const near = nearest(typed, names);
  return near === null ? '' : `, did you mean ${before}${near}?`;
}

function help(name: string | undefined): number {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command !== undefined) {
    const options = Object.entries(command.options).map(([option, { type, short }]) => {
      const typed = `--${option}${type === 'string' ? ' VALUE' : ''}${short === undefined ? '' : `, -${short}`}`;
      return `  ${typed.padEnd(29)} ${optionHelp(command.name, option).replaceAll('`', '')}`.trimEnd();
    });
    const parts = [command.usage, command.summary, ...(options.length > 0 ? [options.join('\n')] : [])];
    process.stdout.write(`${parts.join('\n\n')}\n`);
    return 0;
  }
  if (name !== undefined)
    throw new UsageError(
      `There is no command "${name}"${meant(
        name,
        COMMANDS.map((each) => each.name),
        'hot ',
      )}`,
    );
  const lines = COMMANDS.map((each) => `  ${each.name.padEnd(10)}${each.summary}`);
  process.stdout.write(`hot COMMAND\n\n${lines.join('\n')}\n\nhot help COMMAND tells more of each.\n`);
  return 0;
}

// `hot run x | head` is no failure of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.closedPipe);
    throw error;
  });
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (error instanceof UsageError || error instanceof CommandError) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.failure;
      return;
    }
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = EXIT.failure;
  },
);
