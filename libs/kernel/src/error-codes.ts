/** What went wrong, mechanically: decides log level, queue behaviour and the usual HTTP status. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'limit'
  | 'unavailable'
  | 'cancelled'
  | 'internal';

export interface ErrorCodeFacts {
  readonly status: number;
  readonly kind: ErrorKind;
}

/** The one list of codes on the wire. Codes are for programs and never change their meaning. */
export const ERROR_CODES = {
  bad_request: { status: 400, kind: 'invalid' },
  part_too_small: { status: 400, kind: 'invalid' },
  unauthorized: { status: 401, kind: 'unauthenticated' },
  forbidden: { status: 403, kind: 'forbidden' },
  permission_escalation: { status: 403, kind: 'forbidden' },
  plan_required: { status: 403, kind: 'forbidden' },
  domain_limit_reached: { status: 403, kind: 'limit' },
  mcp_transport_session_mismatch: { status: 403, kind: 'forbidden' },
  not_found: { status: 404, kind: 'not_found' },
  mcp_transport_session_not_found: { status: 404, kind: 'not_found' },
  method_not_allowed: { status: 405, kind: 'invalid' },
  domain_exists: { status: 409, kind: 'conflict' },
  domain_pending_deletion: { status: 409, kind: 'conflict' },
  conflict: { status: 409, kind: 'conflict' },
  revoked: { status: 409, kind: 'conflict' },
  upload_not_pending: { status: 409, kind: 'conflict' },
  upload_incomplete: { status: 409, kind: 'conflict' },
  payload_too_large: { status: 413, kind: 'too_large' },
  part_too_large: { status: 413, kind: 'too_large' },
  storage_quota_exceeded: { status: 413, kind: 'too_large' },
  unsupported_media_type: { status: 415, kind: 'invalid' },
  rate_limit_exceeded: { status: 429, kind: 'limit' },
  session_limit_exceeded: { status: 429, kind: 'limit' },
  upload_limit_exceeded: { status: 429, kind: 'limit' },
  too_many_requests: { status: 429, kind: 'limit' },
  internal_server_error: { status: 500, kind: 'internal' },
  custom_domains_disabled: { status: 503, kind: 'unavailable' },
  service_unavailable: { status: 503, kind: 'unavailable' },
  pubsub_unavailable: { status: 503, kind: 'unavailable' },
  mcp_disabled: { status: 503, kind: 'unavailable' },
} as const satisfies Readonly<Record<string, ErrorCodeFacts>>;

export type ErrorCode = keyof typeof ERROR_CODES;
