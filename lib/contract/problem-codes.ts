/** Every code that a problem may carry, with its status and what it says. Codes are stable: clients decide by them, people read `detail`. */
export const problemCodes: Record<string, { status: number; means: string }> = {
  invalid_request: { status: 400, means: "A parameter or the body is not as described; `issues` says where" },
  invalid_json: { status: 400, means: "The body is no JSON" },
  organization_required: { status: 400, means: "Nobody is signed in, so `X-Org-Id` must name the organization" },
  not_signed_in: { status: 401, means: "There is no sign-in or token, or it has expired or was revoked" },
  not_allowed: { status: 403, means: "The role, or the scope of the token, does not allow this" },
  cross_site: { status: 403, means: "A browser sent this from a page of another site" },
  not_found: { status: 404, means: "There is no such thing here, or none that you may know of" },
  plan_not_found: { status: 404, means: "There is no such plan, or none that you may know of" },
  method_not_allowed: { status: 405, means: "The path is right; `Allow` names its methods" },
  idempotency_key_busy: { status: 409, means: "The first request with this key is at work; ask again" },
  body_too_large: { status: 413, means: "The body has more than 4 MiB" },
  not_json: { status: 415, means: "The body must be `application/json`" },
  idempotency_key_reused: { status: 422, means: "The key was used for another request" },
  rate_limited: {
    status: 429,
    means: "There were too many requests in this minute; `Retry-After` says how long to wait",
  },
  unexpected: { status: 500, means: "Something broke; the log has it under `requestId`" },
};
