/**
 * Entry of a process that runs the SQL of one run of a program, and of a thread in it that watches: while a statement
 * goes on, the main thread notices neither that the worker is gone nor how much memory is used.
 */
import { isMainThread, Worker } from 'node:worker_threads';
import { Refusal } from '@app/platform/calls';
import { SqliteCopy } from '../sqlite-copy';
import type { SqliteAnswer, SqliteChildSettings, SqliteRequest } from './messages';

const WATCH_MS = 50;

// Written by our own parent.
const settings = JSON.parse(process.argv[2] ?? '{}') as SqliteChildSettings;
const end = (): void => void process.kill(process.pid, 'SIGKILL');

function watch(): void {
  const parent = process.ppid;
  setInterval(() => {
    const isTooLarge = process.memoryUsage.rss() > settings.memoryMb * 1024 * 1024;
    if (isTooLarge || process.ppid !== parent) end();
  }, WATCH_MS);
}

function serve(): void {
  const copies = new Map<number, SqliteCopy>();
  const of = (number: number): SqliteCopy => {
    const copy = copies.get(number);
    if (copy === undefined) throw new Refusal('invalid', 'the database is closed');
    return copy;
  };
  const done = (request: SqliteRequest): string | Uint8Array => {
    switch (request.op) {
      case 'open':
        copies.set(request.copy, new SqliteCopy(request.content, request.readOnly, settings));
        return '';
      case 'execute':
        return of(request.copy).execute(request.sql, request.params);
      case 'query':
        return of(request.copy).query(request.sql, request.params);
      case 'content':
        return of(request.copy).content();
      case 'close':
        of(request.copy).close();
        copies.delete(request.copy);
        return '';
    }
  };
  process.on('message', (request: SqliteRequest) => process.send?.(answerTo(() => done(request))));
  process.on('disconnect', end);
  // The worker decides when a child ends; a Ctrl-C in the terminal reaches the whole group.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
}

function answerTo(work: () => string | Uint8Array): SqliteAnswer {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    // What else is thrown here is SQLite's own, or Node's words for a value that is none.
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, code: error instanceof Refusal ? error.code : 'io', message };
  }
}

if (isMainThread) {
  new Worker(__filename, { argv: process.argv.slice(2) }).once('online', serve);
} else watch();
