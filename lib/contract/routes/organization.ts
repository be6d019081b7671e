import * as z from "zod/mini";
import { routes } from "../route.js";

const Days = z.nullable(z.int().check(z.gte(1), z.lte(3_650)));

/** When sessions that nobody uses are set aside, in days without anything happening in them; null, as at first: never. */
const CleanupPolicy = z.object({
  /** Sessions that were never started are deleted; they can be restored. */
  deletePendingAfterDays: Days,
  /** Sessions that have ended are archived; they can be taken out again. */
  archiveEndedAfterDays: Days,
});
export const OrganizationSettings = z.object({ cleanup: CleanupPolicy });
export type OrganizationSettings = z.infer<typeof OrganizationSettings>;

const common = { tag: "organization", access: "admin", path: "/api/v1/organization/settings" } as const;

/** What holds for the whole organization. */
export const organizationRoutes = routes({
  getOrganizationSettings: {
    ...common,
    method: "GET",
    summary: "The policies of your organization",
    status: 200,
    answer: OrganizationSettings,
  },
  updateOrganizationSettings: {
    ...common,
    method: "PATCH",
    summary: "Changes the policies that are named",
    body: z.object({ cleanup: z.optional(z.partial(CleanupPolicy)) }),
    status: 200,
    answer: OrganizationSettings,
  },
});
