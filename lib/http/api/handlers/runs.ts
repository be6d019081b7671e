import { cancelSession } from "../../../commands/cancel-session.js";
import { replyToSession } from "../../../commands/reply-to-session.js";
import { retrySession } from "../../../commands/retry-session.js";
import { loadState } from "../../../commands/run-refusals.js";
import type { SayDeps } from "../../../commands/say-to-session.js";
import { startSession } from "../../../commands/start-session.js";
import type { runRoutes } from "../../../contract/routes/runs.js";
import type { SessionId } from "../../../domain/ids.js";
import type { Handlers } from "../kernel.js";

export type RunApiDeps = SayDeps;

export const runHandlers: Handlers<typeof runRoutes, RunApiDeps> = {
  getSessionState: ({ params, principal, deps }) => loadState(principal, params.id as SessionId, deps.sessionStates),
  startSession: ({ params, body, principal, deps }) =>
    startSession(principal, params.id as SessionId, deps, body.expectedVersion),
  replyToSession: ({ params, body, principal, newId, deps }) =>
    replyToSession(principal, params.id as SessionId, { text: body.text, opId: body.opId ?? newId }, deps),
  cancelSession: ({ params, body, principal, newId, deps }) =>
    cancelSession(principal, params.id as SessionId, { ...body, opId: newId }, deps),
  retrySession: ({ params, body, principal, newId, deps }) =>
    retrySession(principal, params.id as SessionId, { ...body, opId: newId }, deps),
};
