/** A folder for commands to work in, and what they say there. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Flags, type Command } from '../commands/command';

export class Workspace {
  out = '';
  err = '';
  /** Of the commands, besides two that always are there. */
  env: Readonly<Record<string, string>> = {};

  private constructor(
    private readonly root: string,
    readonly folder: string,
  ) {}

  /** @param name of the folder; files beside it are `../…` */
  static async make(name: string): Promise<Workspace> {
    const root = await mkdtemp(join(tmpdir(), 'hot-cli-'));
    await mkdir(join(root, name));
    return new Workspace(root, join(root, name));
  }

  async put(name: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.folder, name)), { recursive: true });
    await writeFile(join(this.folder, name), text);
  }

  read(name: string): Promise<string> {
    return readFile(join(this.folder, name), 'utf8');
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true });
  }

  /** @returns the exit code, or the message of what was thrown */
  async call(command: Command, ...args: readonly string[]): Promise<number | string> {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: command.options,
      allowPositionals: true,
    });
    try {
      return await command.run({
        cwd: this.folder,
        positionals,
        flags: new Flags(values),
        env: { GREETING: 'hello', HOT_HOME: join(this.root, 'home'), ...this.env },
        out: {
          print: (line) => (this.out += `${line}\n`),
          note: (line) => (this.err += `${line}\n`),
          write: (stream, text) => (stream === 'out' ? (this.out += text) : (this.err += text)),
          isTerminal: false,
        },
      });
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
