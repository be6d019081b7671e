import { sql } from "drizzle-orm";

/** What makes an engagement the one that a team's mentions go to: the target of `on conflict`. */
export const teamDefault = sql`(organization_id, coalesce(team_id, '')) where is_team_default`;
