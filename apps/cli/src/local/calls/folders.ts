/** Where local runs keep files: in the project, or nowhere for long. */
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Made when it is first needed; gone at the end, also when that comes early. */
export class PassingFolder {
  private made: Promise<string> | null = null;
  private path: string | null = null;
  private readonly remove = (): void => {
    if (this.path !== null) rmSync(this.path, { recursive: true, force: true });
    this.path = null;
  };
  private readonly onSignal = (signal: NodeJS.Signals): void => {
    this.remove();
    process.off(signal, this.onSignal);
    process.kill(process.pid, signal);
  };

  open(): Promise<string> {
    return (this.made ??= this.make());
  }

  close(): void {
    this.remove();
    process.off('SIGINT', this.onSignal).off('SIGTERM', this.onSignal).off('exit', this.remove);
  }

  private async make(): Promise<string> {
    this.path = await realpath(await mkdtemp(join(tmpdir(), `hot-files-${process.pid}-`)));
    process.on('SIGINT', this.onSignal).on('SIGTERM', this.onSignal).on('exit', this.remove);
    return this.path;
  }
}

export async function keptFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  return realpath(path);
}
