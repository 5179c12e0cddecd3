/** `::hot::mime`: media types and file extensions. */
import { err, type Value } from '../../runtime/values';
import { native, type NativeDef } from '../../runtime/native-def';
import { MEDIA_TYPES } from './mime-data';

interface Tables {
  readonly byExtension: ReadonlyMap<string, string>;
  readonly extensions: ReadonlyMap<string, readonly string[]>;
}

let made: Tables | null = null;

/** Read when first asked for: most programs never do. */
function tables(): Tables {
  if (made !== null) return made;
  const byExtension = new Map<string, string>();
  const extensions = new Map<string, string[]>();
  let major = '';
  for (const line of MEDIA_TYPES.trim().split('\n')) {
    for (const entry of line.split(';')) {
      const [name = '', ...list] = entry.trim().split(' ');
      if (name.endsWith('/')) {
        major = name;
        continue;
      }
      const type = major + name;
      extensions.set(
        type,
        list.map((ext) => ext.replace('*', '')),
      );
      for (const ext of list) if (!ext.startsWith('*')) byExtension.set(ext, type);
    }
  }
  return (made = { byExtension, extensions });
}

/** Extension of a type where the first one listed is not what people write. */
const PREFERRED: Readonly<Record<string, string>> = {
  'text/plain': 'txt',
  'image/jpeg': 'jpg',
  'audio/mpeg': 'mp3',
};

const typeOf = (ext: string): string | null =>
  tables().byExtension.get(ext.replace(/^\./, '').toLowerCase()) ?? null;

export function typeOfPath(path: string): string | null {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const dot = name.lastIndexOf('.');
  // A name that only begins with a dot has no extension.
  return dot <= 0 ? null : typeOf(name.slice(dot));
}

function M(
  name: string,
  param: string,
  returns: string,
  doc: string,
  f: (text: string) => Value,
  core = true,
): NativeDef {
  return native(`::hot::mime/${name}`, {
    core,
    pure: true,
    traced: false,
    sig: `(${param}: Str): ${returns}`,
    doc,
    s: (_fb, _d, _s, v) =>
      typeof v === 'string' ? f(v) : err(`::hot::mime/${name}: Argument must be a string`),
  });
}

const is = (kind: string): NativeDef =>
  M(`is-${kind}`, 'mime', 'Bool', `Whether it is a type of ${kind}.`, (t) => t.startsWith(`${kind}/`));

export const MIME: readonly NativeDef[] = [
  M('from-ext', 'ext', 'Str?', 'The type of a file extension, with a dot or without.', typeOf),
  M('from-path', 'path', 'Str?', 'The type of a path, by its last extension.', typeOfPath),
  M('to-ext', 'mime', 'Str?', 'The usual extension of a type.', (t) => {
    const type = t.toLowerCase();
    return PREFERRED[type] ?? tables().extensions.get(type)?.[0] ?? null;
  }),
  M('to-exts', 'mime', 'Vec<Str>', 'All extensions of a type, in alphabetical order.', (t) =>
    [...(tables().extensions.get(t.toLowerCase()) ?? [])].sort(),
  ),
  ...['image', 'audio', 'video', 'text', 'application'].map(is),
  M(
    'is-media',
    'mime',
    'Bool',
    'Whether it is an image, audio or video.',
    (t) => /^(?:image|audio|video)\//.test(t),
    false,
  ),
  M('major-type', 'mime', 'Str?', 'The part before the slash.', (t) => t.split('/')[0] ?? t),
  M('minor-type', 'mime', 'Str?', 'The part behind the slash, without parameters.', (t) => {
    const at = t.indexOf('/');
    return at < 0 ? null : (t.slice(at + 1).split(';')[0] ?? '').trim();
  }),
];
