/** `::hot::term`: colours of terminals. */
import { isInt } from '../../runtime/arith';
import { shortTypeOf } from '../../runtime/types';
import { err, type Value } from '../../runtime/values';
import { native, type NativeDef } from '../../runtime/native-def';
import { strOf } from '../../runtime/operations';

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

export const COLORS: readonly (readonly [string, number])[] = [
  ...NAMES.map((name, i) => [name, 30 + i] as const),
  ...NAMES.map((name, i) => [`bright-${name}`, 90 + i] as const),
];

const T = (name: string, sig: string, doc: string, s: NonNullable<NativeDef['s']>): NativeDef =>
  native(`::hot::term/${name}`, { pure: true, traced: false, sig, doc, s, converts: 'Str' });

const colored = (code: Value, text: string): Value => `\x1b[${String(code)}m${text}\x1b[0m`;

export const TERM: readonly NativeDef[] = [
  T(
    'color',
    '(c: Int, s: Str): Str',
    'The text in a colour given by its SGR code.',
    (fb, d, site, c = null, s = null) =>
      isInt(c)
        ? colored(c, strOf(fb, d, site, s))
        : err(`::hot::term/color: expected an Int, got ${shortTypeOf(c)}`),
  ),
  ...COLORS.map(([name, code]) =>
    T(name, '(s: Str): Str', `The text in ${name.replace('-', ' ')}.`, (fb, d, site, s = null) =>
      colored(code, strOf(fb, d, site, s)),
    ),
  ),
];
