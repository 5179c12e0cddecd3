/**
 * One application of the platform as a child: own process group (so that Ctrl-C reaches only the starter, which then
 * stops everybody in order), log in a file (which outlives us), and a channel whose closing ends it when we die.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { Failure } from './failure.mjs';
import { inRoot, root } from './paths.mjs';
import { tail } from './process.mjs';

const GUARD = inRoot('scripts', 'lib', 'app-guard.mjs');
/**
 * What starting leaves behind stays in memory until the next collection, which an idle process never needs: api 168 MB
 * instead of 120. Half the room for young objects makes it come while starting.
 */
const YOUNG = '--max-semi-space-size=8';
const KEEP_LOG_BYTES = 10_000_000;
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 8000;

/**
 * @typedef {object} AppProcess
 * @property {string} role
 * @property {number} pid
 * @property {Promise<string>} ready its address, when it serves; rejects when it ends before or says nothing for a minute
 * @property {Promise<string>} ended settles with a sentence when it ends without having been asked to
 * @property {() => Promise<void>} stop SIGTERM, and SIGKILL after 8 s; may be called twice
 */

/** @returns {AppProcess} */
export function startApp({ role, file, env, log }) {
  mkdirSync(dirname(log), { recursive: true });
  turnOver(log);
  const out = openSync(log, 'a', 0o600);
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', YOUNG, '--disable-warning=ExperimentalWarning', '--import', GUARD, file],
    {
      cwd: root,
      env,
      detached: true,
      stdio: ['ignore', out, out, 'ipc'],
    },
  );
  closeSync(out);

  let stopping = false;
  let settle;
  const exited = new Promise((resolve) => (settle = resolve));
  child.once('exit', (code, signal) => {
    sweepGroup(child.pid);
    settle(signal ? `was ended by ${signal}` : `ended with exit code ${code}`);
  });
  child.once('error', (error) => settle(`could not be started: ${error.message}`));

  const report = (what) =>
    `The ${role} ${what}. Its log, ${relative(root, log)}, ends with:\n\n${tail(log, 20) || '(nothing)'}`;
  const ready = new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Failure(report(`was not ready after ${READY_TIMEOUT_MS / 1000} s`))),
      READY_TIMEOUT_MS,
    );
    child.on('message', (message) => {
      if (message?.type !== 'ready') return;
      clearTimeout(late);
      resolve(message.url ?? '');
    });
    void exited.then((what) => {
      clearTimeout(late);
      reject(new Failure(report(what)));
    });
  });
  ready.catch(() => {}); // whoever awaits it hears of it; nobody may be awaiting yet

  return {
    role,
    pid: child.pid,
    ready,
    ended: exited.then((what) => (stopping ? '' : report(what))),
    async stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      child.kill('SIGTERM');
      const hurry = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(hurry);
    },
  };
}

/** What a child left in its process group (isolate processes of a killed worker) goes with it. */
function sweepGroup(pid) {
  if (pid === undefined || process.platform === 'win32') return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // the group is empty, as it should be
  }
}

/** Keeps one earlier log when it has grown large. */
function turnOver(log) {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size > KEEP_LOG_BYTES) renameSync(log, `${log}.1`);
}
