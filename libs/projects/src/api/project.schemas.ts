import { z } from 'zod';
import type { LifecycleOutcome } from '@app/builds';
import type { ProjectView } from '@app/projects';

/** Name rules are the domain's; here only the shape. */
export const projectInput = z
  .object({ name: z.string().meta({ minLength: 1, maxLength: 255 }) })
  .meta({ id: 'ProjectInput' });
export type ProjectInput = z.infer<typeof projectInput>;

export const projectResponse = z
  .object({
    project_id: z.uuid(),
    env_id: z.uuid(),
    name: z.string(),
    active: z.boolean(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'Project' });
export type ProjectResponse = z.infer<typeof projectResponse>;

export function toProjectResponse(project: ProjectView): ProjectResponse {
  return {
    project_id: project.projectId,
    env_id: project.envId,
    name: project.name,
    active: project.active,
    created_at: project.createdAt.toISOString(),
    updated_at: project.updatedAt.toISOString(),
  };
}

export const lifecycleResponse = z
  .object({ project: projectResponse, redeployed_build_id: z.uuid().nullable() })
  .meta({ id: 'ProjectLifecycle' });
export type LifecycleResponse = z.infer<typeof lifecycleResponse>;

export function toLifecycleResponse({ project, redeployedBuildId }: LifecycleOutcome): LifecycleResponse {
  return { project: toProjectResponse(project), redeployed_build_id: redeployedBuildId };
}
