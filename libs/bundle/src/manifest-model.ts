import { z } from 'zod';
import { BundleError } from './bundle-error';

/**
 * What a manifest says, as far as the platform relies on it. Definitions in it are a courtesy of the tool that made the bundle:
 * the compiler's own findings win. Unknown fields are ignored; a missing collection counts as empty.
 */
const hashedFile = z.object({
  path: z.string(),
  hash: z.string(),
  size: z.number().int().nonnegative(),
});

const requirement = z.union([
  z.string().transform((key) => ({ key, 'declared-by': '', 'source-file': null })),
  z.object({
    key: z.string(),
    'declared-by': z.string().default(''),
    'source-file': z.string().nullish().default(null),
  }),
]);

const manifestSchema = z.object({
  bundle_id: z.string().nullish(),
  bundle_hash: z.string().nullish(),
  engine_version: z.string().nullish(),
  hot_std_version: z.string().nullish(),
  files: z.array(hashedFile).default([]),
  resources: z.array(hashedFile).default([]),
  ctx_requirements: z.array(requirement).default([]),
  /** False: the project serves only when somebody starts it. */
  enabled: z.boolean().nullish(),
  /** True: while the project serves, nothing else of its environment does. */
  only_app: z.boolean().nullish(),
  created_at: z.string().nullish(),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** Checks the shape of a parsed manifest. Throws BundleError that names the first wrong field. */
export function toManifest(value: unknown): Manifest {
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? 'its value' : issue.path.join('.');
  throw new BundleError(
    'manifest',
    `manifest.hot: ${field} is not what it should be (${issue?.message ?? 'unknown'})`,
  );
}
