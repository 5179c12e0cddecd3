/** Progress for people: one line per step with its time; on a terminal the line is alive while it works. */

let out = process.stdout;
let isTerminal = out.isTTY === true;

/** Where progress goes. A command whose stdout is its result has it on stderr. */
export function progressTo(stream) {
  out = stream;
  isTerminal = stream.isTTY === true;
}

const paint = (code, text) => (isTerminal && !process.env.NO_COLOR ? `\x1b[${code}m${text}\x1b[0m` : text);
export const bold = (text) => paint('1', text);
export const dim = (text) => paint('2', text);
export const green = (text) => paint('32', text);
export const red = (text) => paint('31', text);
export const yellow = (text) => paint('33', text);

const WIDTH = 14;
const running = new Set();

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
const line = (mark, name, text, time) =>
  `${mark} ${name.padEnd(WIDTH)} ${text}${text ? ' ' : ''}${dim(time)}`;

function redraw() {
  if (!isTerminal || running.size === 0) return;
  const [first] = running;
  const more = running.size > 1 ? ` (+${running.size - 1} more)` : '';
  const text = line('·', first.name, `${first.doing}${more}`, seconds(performance.now() - first.began));
  out.write(`\r\x1b[2K${text.slice(0, (out.columns ?? 120) + 8)}`);
}

function print(text) {
  if (isTerminal) out.write('\r\x1b[2K');
  out.write(`${text}\n`);
  redraw();
}

let ticker;

/**
 * Begins a step.
 * @returns {{done(result?: string): void, failed(reason?: string): void, note(text: string): void}}
 */
export function startStep(name, doing = '') {
  const step = { name, doing, began: performance.now() };
  running.add(step);
  if (isTerminal) {
    ticker ??= setInterval(redraw, 200).unref();
    redraw();
  } else if (doing) print(`· ${name.padEnd(WIDTH)} ${doing}`);
  const end = (mark, text) => {
    running.delete(step);
    if (running.size === 0 && ticker) ticker = void clearInterval(ticker);
    print(line(mark, name, text, seconds(performance.now() - step.began)));
  };
  return {
    done: (result = '') => end(green('✓'), result),
    failed: (reason = '') => end(red('✗'), reason),
    note: (text) => print(`  ${name}: ${text}`),
  };
}

/** Runs the work as a step; what it returns as a string is shown as the result. */
export async function step(name, work, doing = '') {
  const shown = startStep(name, doing);
  try {
    const result = await work(shown);
    shown.done(typeof result === 'string' ? result : (result?.shown ?? ''));
    return result;
  } catch (error) {
    shown.failed();
    throw error;
  }
}

/** A line of its own, above the live one. */
export const say = (text) => print(text);
