import type { LiveMessage } from '@app/contracts';
import { MessageLog } from './message-log';

const message = (project: string): LiveMessage => ({ topic: 'project:changed', data: { project } });
const idOf = (frame: string): string => /^id: (.*)$/m.exec(frame)?.[1] ?? '';

describe('MessageLog', () => {
  it('gives what came after an id', () => {
    const log = new MessageLog(() => 0);
    const start = log.lastId;
    const a = log.add(message('a'));
    const b = log.add(message('b'));
    expect(log.after(start)).toEqual([a, b]);
    expect(log.after(idOf(a))).toEqual([b]);
    expect(log.after(idOf(b))).toEqual([]);
    expect(b).toBe(`id: ${idOf(b)}\ndata: {"topic":"project:changed","data":{"project":"b"}}\n\n`);
  });

  it('says that it cannot tell: another log, nonsense, the future, what is no longer kept', () => {
    let now = 0;
    const log = new MessageLog(() => now);
    const first = idOf(log.add(message('a')));
    expect(log.after(new MessageLog(() => 0).lastId)).toBeUndefined();
    expect(log.after('x')).toBeUndefined();
    expect(log.after(first.replace(/\d+$/, '99'))).toBeUndefined();
    now = 6 * 60_000;
    log.add(message('b'));
    log.add(message('c'));
    expect(log.after(first)).toHaveLength(2);
    expect(log.after(first.replace(/\d+$/, '0'))).toBeUndefined();
  });

  it('keeps a bounded number', () => {
    const log = new MessageLog(() => 0);
    const first = idOf(log.add(message('a')));
    for (let i = 0; i < 2_100; i++) log.add(message(String(i)));
    expect(log.after(first)).toBeUndefined();
  });
});
