import { sql } from "drizzle-orm";
import { pgView, text, uuid } from "drizzle-orm/pg-core";
import { instant } from "./schema.js";

/** Features of the database document, read from the plan items. */
export const planningFeatures = pgView("planning_features", {
  id: uuid("id"),
  planningSessionId: uuid("planning_session_id"),
  featureId: text("feature_id"),
  title: text("title"),
  description: text("description"),
  createdAt: instant("created_at"),
  updatedAt: instant("updated_at"),
}).as(
  sql`select i.id, p.session_id as planning_session_id, i.linear_id as feature_id, i.title, i.fields->>'description' as description, i.created_at, i.updated_at from plan_items i join plans p on p.id = i.plan_id where i.kind = 'feature'`,
);

/** Stories of the database document; a story without a feature has a null feature. */
export const planningStories = pgView("planning_stories", {
  id: uuid("id"),
  planningFeatureId: uuid("planning_feature_id"),
  storyId: text("story_id"),
  title: text("title"),
  description: text("description"),
  createdAt: instant("created_at"),
  updatedAt: instant("updated_at"),
}).as(
  sql`select i.id, f.id as planning_feature_id, i.linear_id as story_id, i.title, i.fields->>'description' as description, i.created_at, i.updated_at from plan_items i left join plan_items f on f.id = i.parent_id and f.kind = 'feature' where i.kind = 'story'`,
);

/** Enablers of the database document. */
export const planningEnablers = pgView("planning_enablers", {
  id: uuid("id"),
  planningSessionId: uuid("planning_session_id"),
  enablerId: text("enabler_id"),
  title: text("title"),
  description: text("description"),
  enablerType: text("enabler_type"),
  createdAt: instant("created_at"),
  updatedAt: instant("updated_at"),
}).as(
  sql`select i.id, p.session_id as planning_session_id, i.linear_id as enabler_id, i.title, i.fields->>'description' as description, i.fields->>'enablerType' as enabler_type, i.created_at, i.updated_at from plan_items i join plans p on p.id = i.plan_id where i.kind = 'enabler'`,
);

/** State of sync of the database document: a row for each plan of a page that is kept in step. */
export const syncState = pgView("sync_state", {
  id: uuid("id"),
  organizationId: text("organization_id"),
  confluencePageId: text("confluence_page_id"),
  linearTeamId: text("linear_team_id"),
  timestamp: instant("timestamp"),
  createdAt: instant("created_at"),
  updatedAt: instant("updated_at"),
}).as(
  sql`select p.id, p.organization_id, p.confluence_page_id, p.team_id as linear_team_id, p.last_synced_at as timestamp, p.created_at, p.updated_at from plans p where p.confluence_page_id is not null and p.base_page_version is not null`,
);
