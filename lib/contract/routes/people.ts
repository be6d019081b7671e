import * as z from "zod/mini";
import { pageOf, Paging, Role, Uuid } from "../common.js";
import { routes } from "../route.js";
import { SessionStatus } from "../sessions.js";

export const User = z.object({
  id: Uuid,
  linearUserId: z.string(),
  name: z.string(),
  email: z.nullable(z.string()),
  role: Role,
});
export type User = z.infer<typeof User>;

/** Where somebody works: an engagement and a session in it. */
export const Place = z.object({
  engagement: z.nullable(z.object({ id: Uuid, name: z.string(), teamId: z.nullable(z.string()) })),
  session: z.nullable(z.object({ id: Uuid, title: z.string(), status: SessionStatus })),
});
export type Place = z.infer<typeof Place>;

/** Who asks, what they may, and where they work. */
export const Me = z.object({
  user: User,
  organization: z.object({ id: z.string(), name: z.string(), urlKey: z.string() }),
  /** What the person may do with this credential, in the organization. */
  role: Role,
  permissions: z.array(z.enum(["read", "plan", "administer"])),
  /** Engagements in which the person is something else than in the organization. */
  engagementRoles: z.record(z.string(), Role),
  via: z.enum(["browser", "token", "demo"]),
  default: Place,
  current: Place,
});
export type Me = z.infer<typeof Me>;

const common = { tag: "people" } as const;

/** People of an organization, and what the one who asks is working on. */
export const peopleRoutes = routes({
  getMe: {
    ...common,
    method: "GET",
    path: "/api/v1/users/me",
    summary: "Who you are, what you may, and where you work",
    access: "viewer",
    status: 200,
    answer: Me,
  },
  updateMe: {
    ...common,
    method: "PATCH",
    path: "/api/v1/users/me",
    summary: "Chooses your default engagement",
    access: "viewer",
    changesOwn: true,
    body: z.object({ defaultEngagementId: Uuid }),
    status: 200,
    answer: Me,
  },
  listUsers: {
    ...common,
    method: "GET",
    path: "/api/v1/users",
    summary: "Lists the people of your organization",
    access: "viewer",
    query: Paging,
    status: 200,
    answer: pageOf(User),
  },
  updateUser: {
    ...common,
    method: "PATCH",
    path: "/api/v1/users/{id}",
    summary: "Changes somebody's role in the organization; its last admin stays one",
    access: "admin",
    params: z.object({ id: Uuid }),
    body: z.object({ role: Role }),
    status: 200,
    answer: User,
  },
});
