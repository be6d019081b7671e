import * as z from "zod/mini";
import { Paging, text, Uuid } from "../common.js";
import { routes } from "../route.js";
import { SessionState } from "../session-state.js";
import { PageUrl, Title } from "../sessions.js";

const byId = z.object({ id: Uuid });
const OrganizationId = text(255);
const common = { tag: "planning sessions" } as const;
const unknown = { notFound: "Planning session not found: {id}" };

/** `/api/planning/*`: planning sessions as the document on their state writes them. */
export const planningRoutes = routes({
  createPlanningSession: {
    ...common,
    method: "POST",
    path: "/api/planning/sessions",
    summary: "Makes a planning session for a Confluence page",
    access: "member",
    body: z.object({ title: Title, confluencePageUrl: PageUrl, organizationId: OrganizationId }),
    status: 201,
    answer: SessionState,
    isRepeatable: true,
    refusals: { missing: "Missing required fields" },
  },
  listPlanningSessions: {
    ...common,
    method: "GET",
    path: "/api/planning/sessions",
    summary: "States of an organization's planning sessions, the newest first; `Link` leads to the next page",
    access: "viewer",
    query: z.extend(Paging, { organizationId: OrganizationId }),
    status: 200,
    answer: z.array(SessionState),
    refusals: { missing: "Missing organizationId parameter" },
  },
  getPlanningSession: {
    ...common,
    method: "GET",
    path: "/api/planning/sessions/{id}",
    summary: "The state of a planning session",
    access: "viewer",
    params: byId,
    status: 200,
    answer: SessionState,
    refusals: unknown,
  },
  startPlanningSession: {
    ...common,
    method: "POST",
    path: "/api/planning/sessions/{id}/start",
    summary: "Starts a planning session that is pending",
    access: "member",
    params: byId,
    status: 200,
    answer: z.object({ status: z.literal("processing") }),
    isRepeatable: true,
    refusals: unknown,
  },
  deletePlanningSession: {
    ...common,
    method: "DELETE",
    path: "/api/planning/sessions/{id}",
    summary: "Hides a planning session; the issues that it made and its history stay",
    access: "member",
    params: byId,
    status: 200,
    answer: z.object({ status: z.literal("deleted") }),
    refusals: { notFound: "Planning session not found" },
  },
});
