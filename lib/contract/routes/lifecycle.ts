import * as z from "zod/mini";
import { Uuid } from "../common.js";
import { routes } from "../route.js";

const byId = z.object({ id: Uuid });
const common = { tag: "sessions", access: "member", params: byId } as const;

/** Setting sessions aside and taking that back. */
export const lifecycleRoutes = routes({
  deleteSession: {
    ...common,
    method: "DELETE",
    path: "/api/v1/sessions/{id}",
    summary: "Hides a session; its issues and its log stay",
    status: 204,
    answer: null,
  },
  restoreSession: {
    ...common,
    method: "POST",
    path: "/api/v1/sessions/{id}/restore",
    summary: "Takes the deletion of a session back",
    status: 204,
    answer: null,
  },
});
