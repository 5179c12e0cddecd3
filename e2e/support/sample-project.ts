import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlatform, type Platform } from './platform';

const PROGRAM = `::my-project::chat ns

on-message meta {on-event: "chat:message"}
fn (event) {
    data("ai:delta", {text: "Hello"})
    "Hello world"
}

on-signup meta {on-event: "user.signup"}
fn (event) { event.data.user_id }
`;

/** A platform that the samples can talk to: with the project that they name, and an archive of it in an empty folder. */
export interface SamplePlace {
  readonly platform: Platform;
  /** Folder with build.hot.zip, for the sample to run in. */
  readonly folder: string;
  stop(): Promise<void>;
}

export async function startSamplePlace(): Promise<SamplePlace> {
  const platform = await startPlatform();
  const folder = mkdtempSync(join(tmpdir(), 'hot-samples-'));
  const project = join(folder, 'project');
  mkdirSync(join(project, 'hot/src'), { recursive: true });
  writeFileSync(
    join(project, 'hot.hot'),
    `::hot::conf ns\n\nhot.set.project "my-project"\nhot.project.my-project.src.paths ["./hot/src"]\n`,
  );
  writeFileSync(join(project, 'hot/src/chat.hot'), PROGRAM);
  await platform.hot(['deploy'], project);
  await platform.hot(['build', '--build.dir', join(folder, 'built')], project);
  const [archive] = readdirSync(join(folder, 'built')).filter((name) => name.endsWith('.hot.zip'));
  copyFileSync(join(folder, 'built', archive ?? ''), join(folder, 'build.hot.zip'));
  return {
    platform,
    folder,
    async stop() {
      await platform.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
