import { z } from 'zod';
import type { EnvView } from '@app/orgs';

export const envResponse = z
  .object({ env_id: z.uuid(), org_id: z.uuid(), name: z.string(), active: z.boolean() })
  .meta({ id: 'Environment' });

export function toEnvResponse(env: EnvView): z.infer<typeof envResponse> {
  return { env_id: env.envId, org_id: env.orgId, name: env.name, active: env.active };
}
