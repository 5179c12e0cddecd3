/** `::hot::io`: output becomes log lines of the run. */
import { display } from '../runtime/display';
import { formatHot } from '../runtime/format';
import { strOf } from '../runtime/operations';
import { Handle, TypeInfo, err, type Fiber, type Value } from '../runtime/values';
import { forcing } from './contain';
import { native, type NativeDef, type NativeOptions } from '../runtime/native-def';

const CAPTURE_TYPE = new TypeInfo('::hot::io/Capture');

/** A buffer that receives the output of one stream until it is released. */
class Capture extends Handle {
  readonly type = CAPTURE_TYPE;
  text = '';
  /** @param real where output goes when no program captures: a test's own buffer while a test runs, else null */
  constructor(
    readonly stream: 'out' | 'err',
    readonly real: { text: string } | null,
  ) {
    super();
  }
}

const IO = (name: string, options: NativeOptions): NativeDef =>
  native(`::hot::io/${name}`, { core: true, ...options });

export function writeOutput(fb: Fiber, stream: 'out' | 'err', text: string): void {
  const capture = fb.r.captures[stream];
  if (capture !== null) {
    capture.text += text;
    return;
  }
  const shown = fb.r.masker.isEmpty ? text : fb.r.masker.text(text);
  fb.r.host.post('log', JSON.stringify({ stream, text: shown }));
}

function printing(name: string, stream: 'out' | 'err', newline: boolean): NativeDef {
  return IO(name, {
    sig: '(message: Any): Str',
    doc: `Writes to standard ${stream === 'out' ? 'output' : 'error'}${newline ? ', with a line feed' : ''}.`,
    converts: 'Str',
    s: (fb, d, site, v = null) => {
      const text = strOf(fb, d, site, v);
      writeOutput(fb, stream, newline ? `${text}\n` : text);
      return stream === 'out' && newline ? `${text}\n` : text;
    },
  });
}

function capturing(name: string, stream: 'out' | 'err'): NativeDef {
  return IO(name, {
    sig: '()',
    doc: 'From now on output goes into a buffer.',
    s: (fb) => {
      const before = fb.r.captures[stream];
      const capture = new Capture(stream, before instanceof Capture ? before.real : before);
      fb.r.captures[stream] = capture;
      return capture;
    },
  });
}

const NO_HANDLE = 'Expected a capture handle (boxed value)';

function onHandle(name: string, core: boolean, doc: string, f: (fb: Fiber, c: Capture) => Value): NativeDef {
  return IO(name, {
    sig: '(handle)',
    doc,
    core,
    s: (fb, _d, _s, v) => (v instanceof Capture ? f(fb, v) : err(NO_HANDLE)),
  });
}

function stop(fb: Fiber, c: Capture): void {
  if (fb.r.captures[c.stream] === c) fb.r.captures[c.stream] = c.real;
}

/** Only a development process shows taps. */
function showTap(fb: Fiber, v: Value, label: Value | undefined): void {
  const env = fb.r.info?.getStr('env');
  const name = typeof env === 'object' && env !== null && 'getStr' in env ? env.getStr('name') : null;
  if (typeof name === 'string' && name !== 'development') return;
  const text = formatHot(v);
  writeOutput(fb, 'err', label === undefined ? `${text}\n` : `${display(label, null)}: ${text}\n`);
}

export const IO_NATIVES: readonly NativeDef[] = [
  printing('print', 'out', false),
  printing('println', 'out', true),
  printing('eprint', 'err', false),
  printing('eprintln', 'err', true),
  capturing('capture-stdout', 'out'),
  capturing('capture-stderr', 'err'),
  onHandle('release', false, 'Ends a capture; its text stays readable.', (fb, c) => {
    stop(fb, c);
    return true;
  }),
  onHandle('discard', false, 'Ends a capture and drops its text.', (fb, c) => {
    stop(fb, c);
    c.text = '';
    return true;
  }),
  onHandle('get-captured-content', true, 'The text captured so far.', (_fb, c) => c.text),
  onHandle('clear-captured-content', true, 'Empties the buffer.', (_fb, c) => {
    c.text = '';
    return null;
  }),
  IO('tap', {
    sig: ['(lazy value: Any): Any', '(lazy value: Any, label: Str): Any'],
    doc: 'Shows a value while developing, and gives it back.',
    poly: [{ index: 0, byName: false }],
    ...forcing(1, (fb, _d, _s, [v = null, label]) => {
      showTap(fb, v, label);
      return v;
    }),
  }),
];
