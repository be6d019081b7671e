CREATE TABLE "api_tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"user_id" uuid NOT NULL,
	"name" text NOT NULL,
	"scope" text NOT NULL,
	"hash" text NOT NULL,
	"hint" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "api_tokens_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"resource_type" text NOT NULL,
	"resource_id" text NOT NULL,
	"details" jsonb NOT NULL,
	"request_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"user_id" uuid NOT NULL,
	"key" text NOT NULL,
	"organization_id" text NOT NULL,
	"request_hash" text NOT NULL,
	"new_id" uuid NOT NULL,
	"held_until" timestamp with time zone NOT NULL,
	"status" integer,
	"body" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_user_id_key_pk" PRIMARY KEY("user_id","key")
);
--> statement-breakpoint
CREATE TABLE "rate_limits" (
	"key" text PRIMARY KEY NOT NULL,
	"window_start" timestamp with time zone NOT NULL,
	"used" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sign_ins" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"user_id" uuid NOT NULL,
	"hash" text NOT NULL,
	"user_agent" text DEFAULT '' NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sign_ins_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "memory_edges" (
	"source_id" uuid NOT NULL,
	"target_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"organization_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "memory_edges_source_id_target_id_kind_pk" PRIMARY KEY("source_id","target_id","kind")
);
--> statement-breakpoint
CREATE TABLE "memory_nodes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"engagement_id" uuid,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"content" text NOT NULL,
	"metadata" jsonb NOT NULL,
	"search" "tsvector" NOT NULL,
	"words" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "memory_terms" (
	"organization_id" text NOT NULL,
	"term" text NOT NULL,
	"nodes" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "memory_terms_organization_id_term_pk" PRIMARY KEY("organization_id","term")
);
--> statement-breakpoint
CREATE TABLE "plan_steps" (
	"session_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"organization_id" text NOT NULL,
	"position" numeric NOT NULL,
	"text" text NOT NULL,
	"owner" text NOT NULL,
	"revision" integer NOT NULL,
	"removed_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "plan_steps_session_id_id_pk" PRIMARY KEY("session_id","id")
);
--> statement-breakpoint
CREATE TABLE "presence" (
	"session_id" uuid NOT NULL,
	"connection_id" uuid NOT NULL,
	"organization_id" text NOT NULL,
	"user_id" uuid NOT NULL,
	"name" text NOT NULL,
	"state" text DEFAULT 'here' NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "presence_session_id_connection_id_pk" PRIMARY KEY("session_id","connection_id")
);
--> statement-breakpoint
CREATE TABLE "session_merges" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"target_id" uuid NOT NULL,
	"source_id" uuid NOT NULL,
	"record" jsonb NOT NULL,
	"undone_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "session_participants" (
	"session_id" uuid NOT NULL,
	"name" text NOT NULL,
	"organization_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "session_participants_session_id_name_pk" PRIMARY KEY("session_id","name")
);
--> statement-breakpoint
CREATE TABLE "metric_counts" (
	"name" text NOT NULL,
	"organization_id" text NOT NULL,
	"label" text NOT NULL,
	"bucket" text NOT NULL,
	"value" double precision NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "metric_counts_name_organization_id_label_bucket_pk" PRIMARY KEY("name","organization_id","label","bucket")
);
--> statement-breakpoint
CREATE TABLE "metric_organizations" (
	"organization_id" text PRIMARY KEY NOT NULL,
	"counted_until" timestamp with time zone NOT NULL,
	"events" double precision DEFAULT 0 NOT NULL,
	"is_labelled" boolean DEFAULT false NOT NULL,
	"labelled_until" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "engagements" DROP CONSTRAINT "engagements_organization_team";--> statement-breakpoint
ALTER TABLE "plans" DROP CONSTRAINT "plans_engagement_id_engagements_id_fk";
--> statement-breakpoint
DROP INDEX "planning_sessions_organization";--> statement-breakpoint
DROP INDEX "plans_engagement";--> statement-breakpoint
DROP INDEX "planning_sessions_engagement";--> statement-breakpoint
DROP INDEX "planning_sessions_created_by";--> statement-breakpoint
ALTER TABLE "engagements" ALTER COLUMN "team_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "engagements" ADD COLUMN "is_team_default" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "engagements" ADD COLUMN "page_urls" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "engagements" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "settings" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "plan_items" ADD COLUMN "duplicate_of" uuid;--> statement-breakpoint
ALTER TABLE "planning_sessions" ADD COLUMN "words" text[] GENERATED ALWAYS AS (session_words(organization_id, planning_title)) STORED;--> statement-breakpoint
ALTER TABLE "planning_sessions" ADD COLUMN "description" text;--> statement-breakpoint
ALTER TABLE "planning_sessions" ADD COLUMN "deleted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "role_given_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "default_engagement_id" uuid;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "current_engagement_id" uuid;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "current_session_id" uuid;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "last_sessions" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_log" ADD CONSTRAINT "audit_log_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sign_ins" ADD CONSTRAINT "sign_ins_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sign_ins" ADD CONSTRAINT "sign_ins_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_edges" ADD CONSTRAINT "memory_edges_source_id_memory_nodes_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."memory_nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_edges" ADD CONSTRAINT "memory_edges_target_id_memory_nodes_id_fk" FOREIGN KEY ("target_id") REFERENCES "public"."memory_nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_edges" ADD CONSTRAINT "memory_edges_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_nodes" ADD CONSTRAINT "memory_nodes_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_nodes" ADD CONSTRAINT "memory_nodes_engagement_id_engagements_id_fk" FOREIGN KEY ("engagement_id") REFERENCES "public"."engagements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_terms" ADD CONSTRAINT "memory_terms_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_steps" ADD CONSTRAINT "plan_steps_session_id_planning_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."planning_sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_steps" ADD CONSTRAINT "plan_steps_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "presence" ADD CONSTRAINT "presence_session_id_planning_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."planning_sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "presence" ADD CONSTRAINT "presence_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session_merges" ADD CONSTRAINT "session_merges_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session_merges" ADD CONSTRAINT "session_merges_target_id_planning_sessions_id_fk" FOREIGN KEY ("target_id") REFERENCES "public"."planning_sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session_merges" ADD CONSTRAINT "session_merges_source_id_planning_sessions_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."planning_sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session_participants" ADD CONSTRAINT "session_participants_session_id_planning_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."planning_sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session_participants" ADD CONSTRAINT "session_participants_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "metric_organizations" ADD CONSTRAINT "metric_organizations_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_tokens_user" ON "api_tokens" USING btree ("user_id","created_at");--> statement-breakpoint
CREATE INDEX "audit_log_organization" ON "audit_log" USING btree ("organization_id","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "idempotency_keys_age" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "rate_limits_age" ON "rate_limits" USING btree ("window_start");--> statement-breakpoint
CREATE INDEX "sign_ins_user" ON "sign_ins" USING btree ("user_id","created_at");--> statement-breakpoint
CREATE INDEX "memory_edges_target" ON "memory_edges" USING btree ("target_id");--> statement-breakpoint
CREATE INDEX "memory_nodes_search" ON "memory_nodes" USING gin ("search") WITH (fastupdate=false);--> statement-breakpoint
CREATE INDEX "memory_nodes_list" ON "memory_nodes" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "memory_nodes_list_kind" ON "memory_nodes" USING btree ("organization_id","kind","created_at","id");--> statement-breakpoint
CREATE INDEX "memory_nodes_engagement" ON "memory_nodes" USING btree ("engagement_id");--> statement-breakpoint
CREATE INDEX "memory_terms_similar" ON "memory_terms" USING gin ("organization_id","term" gin_trgm_ops) WITH (fastupdate=false) WHERE term not like '~%';--> statement-breakpoint
CREATE INDEX "memory_terms_beginning" ON "memory_terms" USING btree ("organization_id","term" text_pattern_ops);--> statement-breakpoint
CREATE INDEX "plan_steps_order" ON "plan_steps" USING btree ("session_id","position","id") WHERE removed_at is null;--> statement-breakpoint
CREATE INDEX "presence_age" ON "presence" USING btree ("seen_at");--> statement-breakpoint
CREATE INDEX "session_merges_target" ON "session_merges" USING btree ("target_id");--> statement-breakpoint
CREATE INDEX "session_merges_source" ON "session_merges" USING btree ("source_id");--> statement-breakpoint
CREATE INDEX "metric_organizations_labelled" ON "metric_organizations" USING btree ("organization_id") WHERE is_labelled;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_default_engagement_id_engagements_id_fk" FOREIGN KEY ("default_engagement_id") REFERENCES "public"."engagements"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_current_engagement_id_engagements_id_fk" FOREIGN KEY ("current_engagement_id") REFERENCES "public"."engagements"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_current_session_id_planning_sessions_id_fk" FOREIGN KEY ("current_session_id") REFERENCES "public"."planning_sessions"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "engagements_team_default" ON "engagements" USING btree ("organization_id",coalesce(team_id, '')) WHERE is_team_default;--> statement-breakpoint
CREATE INDEX "engagements_organization" ON "engagements" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "engagements_restricted" ON "engagements" USING btree ("organization_id") WHERE settings->>'access' = 'members';--> statement-breakpoint
CREATE INDEX "outbox_closed" ON "outbox" USING btree ("sent_at") WHERE closed_reason is not null;--> statement-breakpoint
CREATE INDEX "planning_sessions_list" ON "planning_sessions" USING btree ("organization_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "planning_sessions_list_status" ON "planning_sessions" USING btree ("organization_id","status","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "planning_sessions_list_open" ON "planning_sessions" USING btree ("organization_id","created_at","id") WHERE deleted_at is null and archived_at is null;--> statement-breakpoint
CREATE INDEX "planning_sessions_list_archived" ON "planning_sessions" USING btree ("organization_id","created_at","id") WHERE deleted_at is null and archived_at is not null;--> statement-breakpoint
CREATE INDEX "planning_sessions_words" ON "planning_sessions" USING gin ("words") WITH (fastupdate=false);--> statement-breakpoint
CREATE INDEX "planning_sessions_merged" ON "planning_sessions" USING btree ("merged_into") WHERE merged_into is not null;--> statement-breakpoint
CREATE INDEX "planning_sessions_living" ON "planning_sessions" USING btree ("organization_id","status") WHERE deleted_at is null and archived_at is null and merged_into is null;--> statement-breakpoint
CREATE INDEX "plans_not_idle" ON "plans" USING btree ("sync_status") WHERE sync_status <> 'idle';--> statement-breakpoint
CREATE INDEX "session_events_problems" ON "session_events" USING btree ("session_id","seq") WHERE type in ('error', 'warning', 'result');--> statement-breakpoint
CREATE INDEX "session_events_audit" ON "session_events" USING btree ("organization_id","created_at" DESC NULLS LAST,"session_id" DESC NULLS LAST,"seq" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "users_default_engagement" ON "users" USING btree ("default_engagement_id");--> statement-breakpoint
CREATE INDEX "users_current_engagement" ON "users" USING btree ("current_engagement_id");--> statement-breakpoint
CREATE INDEX "users_current_session" ON "users" USING btree ("current_session_id");--> statement-breakpoint
CREATE INDEX "planning_sessions_engagement" ON "planning_sessions" USING btree ("engagement_id","created_at","id");--> statement-breakpoint
CREATE INDEX "planning_sessions_created_by" ON "planning_sessions" USING btree ("created_by","created_at","id");--> statement-breakpoint
ALTER TABLE "plans" DROP COLUMN "engagement_id";