/** Settings of hot.hot that the environment names, which win over the file: `HOT_VALUE_FORMAT` is `hot.value.format`. */

type Settings = Readonly<Record<string, unknown>>;

const SHARED = [
  'set.project',
  'set.remote',
  'test.capture',
  'test.allow-empty',
  'file.mode',
  'file.max-bytes',
  'value.format',
  'check.format',
  'check.with-tests',
  'check.deny-warnings',
];
const OF_PROJECTS = ['enabled', 'only-app', 'test.capture', 'test.allow-empty', 'ignore.respect-gitignore'];
const OF_REMOTES = ['url', 'key'];

/** @param settings what `hot` is in hot.hot; whatever else it is, is left to whoever checks it */
export function withEnvironment(
  settings: unknown,
  env: Readonly<Record<string, string | undefined>>,
): unknown {
  const own = asSettings(settings ?? {});
  if (own === null) return settings;
  let result = own;
  for (const path of paths(own)) {
    const value = env[`HOT_${path.join('_').replaceAll('-', '_').toUpperCase()}`];
    if (value !== undefined && value !== '') result = replaced(result, path, value);
  }
  return result;
}

function paths(settings: Settings): readonly (readonly string[])[] {
  const below = (key: string, fields: readonly string[]): readonly (readonly string[])[] =>
    Object.keys(asSettings(settings[key]) ?? {}).flatMap((name) =>
      fields.map((field) => [key, name, ...field.split('.')]),
    );
  return [
    ...SHARED.map((path) => path.split('.')),
    ...below('project', OF_PROJECTS),
    ...below('remote', OF_REMOTES),
  ];
}

/** A value that stands where a map would have to be stays. */
function replaced(settings: Settings, [key = '', ...rest]: readonly string[], value: string): Settings {
  if (rest.length === 0) return { ...settings, [key]: value };
  const inner = asSettings(settings[key] ?? {});
  return inner === null ? settings : { ...settings, [key]: replaced(inner, rest, value) };
}

function asSettings(value: unknown): Settings | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Settings) : null;
}
