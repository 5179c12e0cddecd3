/** What hot.hot says of the projects in a folder. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { VALUE_FORMATS, type ProgramSource } from '@app/lang';
import { CommandError, UsageError } from '../usage-error';
import { withEnvironment } from './environment-config';
import { evaluate } from './evaluate';
import { dependenciesSchema } from './packages';
import { requireVersion } from './require-version';

export const CHECK_FORMATS = ['pretty', 'simple', 'json', 'json-min'] as const;

const paths = z
  .object({ paths: z.array(z.string()).nullish(), excludes: z.array(z.string()).nullish() })
  .nullish();

/** A flag as hot.hot writes it, or as text where it came out of the environment. */
const flag = z.preprocess((v) => (v === 'true' ? true : v === 'false' ? false : v), z.boolean().nullish());

const testing = z.object({ capture: flag, 'allow-empty': flag });

const projectSchema = z.object({
  enabled: flag,
  'only-app': flag,
  src: paths,
  test: testing.extend({ paths: z.array(z.string()).nullish() }).nullish(),
  resources: paths,
  deps: dependenciesSchema.optional(),
  ignore: z.object({ 'respect-gitignore': flag, excludes: z.array(z.string()).nullish() }).nullish(),
});

const configSchema = z.object({
  'min-version': z.string().nullish(),
  test: testing.nullish(),
  file: z
    .object({
      mode: z.enum(['service', 'direct']).nullish(),
      // -1: no limit of the project's own.
      'max-bytes': z.coerce
        .number()
        .transform((n) => (n < 0 ? undefined : n))
        .nullish(),
    })
    .nullish(),
  value: z.object({ format: z.enum(VALUE_FORMATS).nullish() }).nullish(),
  check: z
    .object({ format: z.enum(CHECK_FORMATS).nullish(), 'with-tests': flag, 'deny-warnings': flag })
    .nullish(),
  set: z.object({ project: z.string().nullish(), remote: z.string().nullish() }).nullish(),
  project: z.record(z.string(), projectSchema).nullish(),
  remote: z.record(z.string(), z.object({ url: z.string().nullish(), key: z.string().nullish() })).nullish(),
});

export type ProjectConfig = z.infer<typeof configSchema>;
export type ProjectEntry = z.infer<typeof projectSchema>;

const NAMESPACE = '::hot::conf ns\n';
const READER = `${NAMESPACE}configuration-of-this-folder fn () { hot }\n`;

/**
 * Evaluates hot.hot and further files in order, and lets the environment have the last word. A folder without any file
 * has what the environment says.
 */
export async function readConfig(
  cwd: string,
  further: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<ProjectConfig> {
  const own = await readFile(join(cwd, 'hot.hot'), 'utf8').catch(() => null);
  const others = await Promise.all(further.map((file) => readNamed(resolve(cwd, file), file)));
  const texts = [...(own === null ? [] : [own]), ...others];
  // Later files go on where earlier ones ended: one text, one namespace.
  const text = texts
    .map((each) => (/^\s*(?:\/\/.*\n\s*)*::hot::conf\b/.test(each) ? each : NAMESPACE + each))
    .join('\n');
  const sources: readonly ProgramSource[] = [
    { name: 'hot.hot', text: `${text}\n${READER}`, origin: 'project' },
  ];
  const written =
    texts.length === 0 ? {} : await evaluate(sources, '::hot::conf/configuration-of-this-folder', env);
  const parsed = configSchema.safeParse(withEnvironment(written, env));
  if (parsed.success) {
    const required = parsed.data['min-version'];
    if (required != null) requireVersion('hot.hot', required);
    return parsed.data;
  }
  const issue = parsed.error.issues[0];
  throw new CommandError(
    `hot.hot: hot.${issue?.path.join('.') ?? ''} is not what it should be (${issue?.message ?? ''})`,
  );
}

async function readNamed(file: string, shown: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`${shown} can't be read`, { cause });
  }
}
