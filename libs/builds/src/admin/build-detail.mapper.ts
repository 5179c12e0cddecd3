import type { BuildDetail, Can, HandlerRow } from '@app/contracts';
import { DEFAULT_RETRY_LIMITS, readRetryPolicy } from '@app/dispatch';
import { roleMay, type Role } from '@app/identity';
import { toBuildRow, type BuildDetailRecord, type HandlerRecord } from '@app/observe';

export function toHandlerRow(handler: HandlerRecord): HandlerRow {
  const meta = handler.meta as { readonly doc?: unknown; readonly retry?: unknown }; // a JSON object, by the compiler
  return {
    event_type: handler.event_type,
    function: `${handler.ns}/${handler.var}`,
    doc: typeof meta.doc === 'string' ? meta.doc : null,
    at:
      handler.file === null || handler.line === null
        ? null
        : { file: handler.file, line: handler.line, column: handler.column },
    retries: readRetryPolicy(meta.retry, DEFAULT_RETRY_LIMITS).attempts,
  };
}

export const toBuildDetail = (
  build: BuildDetailRecord,
  handlers: readonly HandlerRecord[],
  setKeys: ReadonlySet<string>,
  role: Role,
): BuildDetail => ({
  ...toBuildRow(build),
  handlers: handlers.map(toHandlerRow),
  warnings: warningsOf(build),
  context_keys: requiredKeys(build).map((key) => ({ key, required: true, set: setKeys.has(key) })),
  can: { deploy: mayDeploy(build, role) },
});

/** Context keys that the build's manifest says it cannot do without. */
export function requiredKeys(build: BuildDetailRecord): readonly string[] {
  const { context } = build.requirements as { readonly context?: readonly { readonly key: string }[] };
  return (context ?? []).map(({ key }) => key); // written by our own inspection of the archive
}

function warningsOf(build: BuildDetailRecord): readonly string[] {
  const loaded = Array.isArray(build.load_warnings)
    ? build.load_warnings.filter((text: unknown): text is string => typeof text === 'string')
    : [];
  return build.inspection_error === null ? loaded : [build.inspection_error, ...loaded];
}

function mayDeploy(build: BuildDetailRecord, role: Role): Can {
  if (!roleMay(role, 'build.deploy')) return { ok: false, reason: 'You need "build.deploy"' };
  if (build.inspection_error !== null) return { ok: false, reason: build.inspection_error };
  if (!build.active) return { ok: false, reason: 'The archive of this build was cleaned up' };
  if (build.build_type_id !== 1) return { ok: false, reason: 'A live build has no archive to deploy' };
  return { ok: true };
}
