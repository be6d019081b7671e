CREATE TABLE "confluence_tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"kind" text NOT NULL,
	"site_url" text NOT NULL,
	"cloud_id" text,
	"spaces" text[] NOT NULL,
	"email" text,
	"access_token" text NOT NULL,
	"refresh_token" text,
	"scope" text DEFAULT '' NOT NULL,
	"expires_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"refreshing_until" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "confluence_tokens_organization_site" UNIQUE("organization_id","site_url")
);
--> statement-breakpoint
CREATE TABLE "engagement_members" (
	"engagement_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"organization_id" text NOT NULL,
	"role" text DEFAULT 'member' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "engagement_members_engagement_id_user_id_pk" PRIMARY KEY("engagement_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "engagements" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"team_id" text NOT NULL,
	"name" text NOT NULL,
	"settings" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "engagements_organization_team" UNIQUE("organization_id","team_id")
);
--> statement-breakpoint
CREATE TABLE "linear_tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"app_user_id" text NOT NULL,
	"access_token" text NOT NULL,
	"refresh_token" text,
	"scope" text DEFAULT '' NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"refreshing_until" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "linear_tokens_organization_id_unique" UNIQUE("organization_id")
);
--> statement-breakpoint
CREATE TABLE "oauth_states" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text,
	"purpose" text NOT NULL,
	"session_id" uuid,
	"linear_user_id" text,
	"code_verifier" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"url_key" text NOT NULL,
	"app_user_id" text,
	"linear_budget" jsonb,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"session_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"n" integer NOT NULL,
	"kind" text NOT NULL,
	"body" jsonb NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"available_at" timestamp with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp with time zone,
	"closed_reason" text,
	"message_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "outbox_order" UNIQUE("session_id","seq","n")
);
--> statement-breakpoint
CREATE TABLE "page_snapshots" (
	"plan_id" uuid NOT NULL,
	"page_version" integer NOT NULL,
	"organization_id" text NOT NULL,
	"title" text NOT NULL,
	"body" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "page_snapshots_plan_id_page_version_pk" PRIMARY KEY("plan_id","page_version")
);
--> statement-breakpoint
CREATE TABLE "plan_items" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"plan_id" uuid NOT NULL,
	"created_by_session" uuid,
	"parent_id" uuid,
	"position" integer NOT NULL,
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"title" text NOT NULL,
	"fields" jsonb NOT NULL,
	"local_id" text,
	"source" jsonb NOT NULL,
	"pending" text,
	"links_pending" boolean DEFAULT false NOT NULL,
	"state" text DEFAULT 'active' NOT NULL,
	"generation" integer DEFAULT 1 NOT NULL,
	"linear_kind" text DEFAULT 'issue' NOT NULL,
	"linear_id" text,
	"linear_identifier" text,
	"linear_url" text,
	"adopted" boolean DEFAULT false NOT NULL,
	"base" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "plan_items_linear" UNIQUE("organization_id","linear_id")
);
--> statement-breakpoint
CREATE TABLE "planning_sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"engagement_id" uuid,
	"created_by" uuid,
	"is_default" boolean DEFAULT false NOT NULL,
	"planning_title" text NOT NULL,
	"confluence_page_url" text,
	"epic_id" text,
	"agent_session_id" text,
	"issue_id" text,
	"team_id" text,
	"prompt" jsonb NOT NULL,
	"status" text NOT NULL,
	"step" text NOT NULL,
	"progress" integer DEFAULT 0 NOT NULL,
	"progress_message" text DEFAULT '' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"last_seq" integer DEFAULT 0 NOT NULL,
	"heard" integer DEFAULT 0 NOT NULL,
	"answered" integer DEFAULT 0 NOT NULL,
	"question" jsonb,
	"proposal" jsonb,
	"work" jsonb NOT NULL,
	"failure" jsonb,
	"stop_requested_at" timestamp with time zone,
	"taken_over_by" uuid,
	"waiting_until" timestamp with time zone,
	"merged_into" uuid,
	"archived_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "plans" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"engagement_id" uuid,
	"source" text NOT NULL,
	"team_id" text NOT NULL,
	"session_id" uuid NOT NULL,
	"confluence_page_id" text,
	"page_url" text,
	"page_title" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"sync_status" text DEFAULT 'idle' NOT NULL,
	"step" text,
	"dirty" boolean DEFAULT false NOT NULL,
	"base_page_version" integer,
	"attempt_id" uuid,
	"locked_until" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "plans_source_team" UNIQUE("organization_id","source","team_id")
);
--> statement-breakpoint
CREATE TABLE "session_events" (
	"session_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"organization_id" text NOT NULL,
	"type" text NOT NULL,
	"body" jsonb NOT NULL,
	"op_id" text,
	"actor" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "session_events_session_id_seq_pk" PRIMARY KEY("session_id","seq"),
	CONSTRAINT "session_events_operation" UNIQUE("session_id","op_id")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"linear_user_id" text NOT NULL,
	"name" text NOT NULL,
	"email" text,
	"role" text DEFAULT 'member' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_organization_linear_user" UNIQUE("organization_id","linear_user_id")
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"provider" text NOT NULL,
	"delivery_id" text NOT NULL,
	"meaning" text NOT NULL,
	"organization_id" text NOT NULL,
	"session_id" uuid,
	"type" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhook_deliveries_provider_delivery_id_pk" PRIMARY KEY("provider","delivery_id"),
	CONSTRAINT "webhook_deliveries_meaning" UNIQUE("provider","organization_id","meaning")
);
--> statement-breakpoint
ALTER TABLE "confluence_tokens" ADD CONSTRAINT "confluence_tokens_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "engagement_members" ADD CONSTRAINT "engagement_members_engagement_id_engagements_id_fk" FOREIGN KEY ("engagement_id") REFERENCES "public"."engagements"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "engagement_members" ADD CONSTRAINT "engagement_members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "engagement_members" ADD CONSTRAINT "engagement_members_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "engagements" ADD CONSTRAINT "engagements_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "linear_tokens" ADD CONSTRAINT "linear_tokens_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "page_snapshots" ADD CONSTRAINT "page_snapshots_plan_id_plans_id_fk" FOREIGN KEY ("plan_id") REFERENCES "public"."plans"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "page_snapshots" ADD CONSTRAINT "page_snapshots_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_items" ADD CONSTRAINT "plan_items_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_items" ADD CONSTRAINT "plan_items_plan_id_plans_id_fk" FOREIGN KEY ("plan_id") REFERENCES "public"."plans"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_items" ADD CONSTRAINT "plan_items_parent" FOREIGN KEY ("parent_id") REFERENCES "public"."plan_items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "planning_sessions" ADD CONSTRAINT "planning_sessions_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "planning_sessions" ADD CONSTRAINT "planning_sessions_engagement_id_engagements_id_fk" FOREIGN KEY ("engagement_id") REFERENCES "public"."engagements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "planning_sessions" ADD CONSTRAINT "planning_sessions_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plans" ADD CONSTRAINT "plans_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plans" ADD CONSTRAINT "plans_engagement_id_engagements_id_fk" FOREIGN KEY ("engagement_id") REFERENCES "public"."engagements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plans" ADD CONSTRAINT "plans_session_id_planning_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."planning_sessions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session_events" ADD CONSTRAINT "session_events_session_id_planning_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."planning_sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session_events" ADD CONSTRAINT "session_events_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "engagement_members_user" ON "engagement_members" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "outbox_unsent" ON "outbox" USING btree ("available_at") WHERE sent_at is null;--> statement-breakpoint
CREATE INDEX "outbox_session_unsent" ON "outbox" USING btree ("session_id","seq","n") WHERE sent_at is null;--> statement-breakpoint
CREATE INDEX "plan_items_plan" ON "plan_items" USING btree ("plan_id","position");--> statement-breakpoint
CREATE INDEX "plan_items_created_by" ON "plan_items" USING btree ("created_by_session");--> statement-breakpoint
CREATE INDEX "plan_items_children" ON "plan_items" USING btree ("parent_id");--> statement-breakpoint
CREATE UNIQUE INDEX "planning_sessions_one_default" ON "planning_sessions" USING btree ("engagement_id") WHERE is_default;--> statement-breakpoint
CREATE INDEX "planning_sessions_organization" ON "planning_sessions" USING btree ("organization_id","created_at");--> statement-breakpoint
CREATE INDEX "planning_sessions_agent_session" ON "planning_sessions" USING btree ("agent_session_id");--> statement-breakpoint
CREATE UNIQUE INDEX "planning_sessions_one_working" ON "planning_sessions" USING btree ("organization_id","agent_session_id") WHERE status in ('pending', 'processing', 'awaiting_input') and stop_requested_at is null;--> statement-breakpoint
CREATE INDEX "planning_sessions_issue" ON "planning_sessions" USING btree ("organization_id","issue_id");--> statement-breakpoint
CREATE INDEX "planning_sessions_engagement" ON "planning_sessions" USING btree ("engagement_id");--> statement-breakpoint
CREATE INDEX "planning_sessions_created_by" ON "planning_sessions" USING btree ("created_by");--> statement-breakpoint
CREATE INDEX "planning_sessions_working" ON "planning_sessions" USING btree ("id") WHERE status = 'processing' or stop_requested_at is not null;--> statement-breakpoint
CREATE INDEX "plans_session" ON "plans" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "plans_engagement" ON "plans" USING btree ("engagement_id");--> statement-breakpoint
CREATE INDEX "session_events_replies" ON "session_events" USING btree ("session_id","seq") WHERE type = 'person.replied';--> statement-breakpoint
CREATE INDEX "webhook_deliveries_age" ON "webhook_deliveries" USING btree ("created_at");--> statement-breakpoint
CREATE VIEW "public"."planning_enablers" AS (select i.id, p.session_id as planning_session_id, i.linear_id as enabler_id, i.title, i.fields->>'description' as description, i.fields->>'enablerType' as enabler_type, i.created_at, i.updated_at from plan_items i join plans p on p.id = i.plan_id where i.kind = 'enabler');--> statement-breakpoint
CREATE VIEW "public"."planning_features" AS (select i.id, p.session_id as planning_session_id, i.linear_id as feature_id, i.title, i.fields->>'description' as description, i.created_at, i.updated_at from plan_items i join plans p on p.id = i.plan_id where i.kind = 'feature');--> statement-breakpoint
CREATE VIEW "public"."planning_stories" AS (select i.id, f.id as planning_feature_id, i.linear_id as story_id, i.title, i.fields->>'description' as description, i.created_at, i.updated_at from plan_items i left join plan_items f on f.id = i.parent_id and f.kind = 'feature' where i.kind = 'story');