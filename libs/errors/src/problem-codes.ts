/**
 * Every `code` that an HTTP answer of ours can carry, with its status and title.
 *
 * Published: a code never changes its meaning once released. docs/problem-codes.md lists exactly these (tested).
 */
export const problemCodes = {
  asset_not_found: { status: 404, title: 'Asset not found' },
  asset_unavailable: { status: 503, title: 'Asset cannot be fetched now' },
  body_invalid: { status: 400, title: 'Body cannot be read' },
  body_too_large: { status: 413, title: 'Body too large' },
  bus_unavailable: { status: 503, title: 'Event was not stored' },
  connector_disabled: { status: 404, title: 'Connector is disabled' },
  connector_degraded: { status: 503, title: 'Connector cannot work now' },
  connector_not_found: { status: 404, title: 'Connector not found' },
  credential_not_granted: { status: 404, title: 'Credential is not granted' },
  delivery_not_found: { status: 404, title: 'Delivery not found' },
  delivery_state_conflict: { status: 409, title: 'Delivery is in another state' },
  event_not_found: { status: 404, title: 'Event not found' },
  event_not_replayable: { status: 409, title: 'Event needs no replay' },
  forbidden: { status: 403, title: 'Role does not allow this' },
  headers_too_large: { status: 431, title: 'Headers too large' },
  idempotency_conflict: { status: 409, title: 'Same id, different content' },
  idempotency_key_invalid: { status: 400, title: 'Idempotency key is not usable' },
  idempotency_key_required: { status: 400, title: 'Idempotency key required' },
  internal_error: { status: 500, title: 'Unexpected error' },
  mapping_failed: { status: 400, title: 'Mapping could not be applied' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  not_found: { status: 404, title: 'Not found' },
  payload_invalid: { status: 400, title: 'Payload does not match the schema' },
  precondition_failed: { status: 412, title: 'Changed by somebody else meanwhile' },
  query_invalid: { status: 400, title: 'Path or query does not match the schema' },
  rate_limited: { status: 429, title: 'Too many requests' },
  reply_handle_invalid: { status: 401, title: 'Reply handle is not valid' },
  reply_target_refused: { status: 400, title: 'Reply target is not allowed' },
  request_malformed: { status: 400, title: 'Request is not valid HTTP' },
  request_timeout: { status: 408, title: 'Request did not arrive in time' },
  routing_rejected: { status: 422, title: 'Event was stored but not routed' },
  session_unresolvable: { status: 400, title: 'No session can be derived' },
  session_missing: { status: 404, title: 'Session does not exist' },
  session_policy_conflict: { status: 409, title: 'Session policy conflict' },
  binding_conflict: { status: 409, title: 'Binding key belongs to another session' },
  session_ended: { status: 409, title: 'Session has ended' },
  session_exists: { status: 409, title: 'Session exists already' },
  session_not_found: { status: 404, title: 'Session not found' },
  sidecar_not_ready: { status: 503, title: 'Sidecar is not known yet' },
  token_not_found: { status: 404, title: 'Token not found' },
  too_many_auth_failures: { status: 429, title: 'Too many failed authentications' },
  unauthenticated: { status: 401, title: 'Authentication failed' },
  unauthenticated_field_refused: { status: 400, title: 'Field needs an authenticated connector' },
  unsupported_media_type: { status: 415, title: 'Content type not supported' },
} as const;

/** One of the published codes. */
export type ProblemCode = keyof typeof problemCodes;
