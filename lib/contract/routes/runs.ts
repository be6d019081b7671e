import * as z from "zod/mini";
import { text, Uuid, Version } from "../common.js";
import { routes } from "../route.js";
import { SessionState } from "../session-state.js";

const refusals = { notFound: "Planning session not found: {id}" };
const common = { tag: "runs", params: z.object({ id: Uuid }), status: 200, answer: SessionState, refusals } as const;
const asSeen = z.object({ expectedVersion: z.optional(Version) });

/** Runs of planning sessions: what people ask of them, and where they stand. */
export const runRoutes = routes({
  getSessionState: {
    ...common,
    method: "GET",
    path: "/api/v1/sessions/{id}/state",
    summary: "Where a session stands: status, progress, errors, warnings, issues, and what it asks",
    access: "viewer",
  },
  startSession: {
    ...common,
    method: "POST",
    path: "/api/v1/sessions/{id}/start",
    summary: "Starts a session that waits to be started: it reads its page, or its own steps, and shows the plan",
    access: "member",
    body: asSeen,
    isRepeatable: true,
  },
  replyToSession: {
    ...common,
    method: "POST",
    path: "/api/v1/sessions/{id}/reply",
    summary:
      "Says something to the agent, as one would in Linear: words, or the value of one of the options it has given",
    access: "member",
    body: z.object({ text: text(10_000), opId: z.optional(text(100)) }),
    isRepeatable: true,
  },
  cancelSession: {
    ...common,
    method: "POST",
    path: "/api/v1/sessions/{id}/cancel",
    summary: "Ends a run; what it has created stays",
    access: "member",
    body: asSeen,
    isRepeatable: true,
  },
  retrySession: {
    ...common,
    method: "POST",
    path: "/api/v1/sessions/{id}/retry",
    summary: "Lets a failed session go on from the step that failed",
    access: "member",
    body: asSeen,
    isRepeatable: true,
  },
});
