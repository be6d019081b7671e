CREATE TABLE "conflicts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"plan_id" uuid NOT NULL,
	"session_id" uuid NOT NULL,
	"item_id" uuid NOT NULL,
	"field" text NOT NULL,
	"kind" text NOT NULL,
	"base" jsonb,
	"linear_change" jsonb NOT NULL,
	"confluence_change" jsonb NOT NULL,
	"is_resolved" boolean DEFAULT false NOT NULL,
	"resolution_strategy" text,
	"resolved_change" jsonb,
	"applied_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "issue_events" (
	"organization_id" text NOT NULL,
	"issue_id" text NOT NULL,
	"changed_at" text NOT NULL,
	"actor_id" text,
	"actor_name" text,
	"data" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "issue_events_organization_id_issue_id_changed_at_pk" PRIMARY KEY("organization_id","issue_id","changed_at")
);
--> statement-breakpoint
CREATE TABLE "page_writes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"plan_id" uuid NOT NULL,
	"from_version" integer NOT NULL,
	"body_hash" text NOT NULL,
	"done" jsonb NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sync_history" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"plan_id" uuid NOT NULL,
	"confluence_page_id" text NOT NULL,
	"linear_team_id" text NOT NULL,
	"trigger" text NOT NULL,
	"success" boolean NOT NULL,
	"error" text,
	"created_issues" integer DEFAULT 0 NOT NULL,
	"updated_issues" integer DEFAULT 0 NOT NULL,
	"confluence_changes" integer DEFAULT 0 NOT NULL,
	"conflicts_detected" integer DEFAULT 0 NOT NULL,
	"conflicts_resolved" integer DEFAULT 0 NOT NULL,
	"from_page_version" integer,
	"to_page_version" integer,
	"done" jsonb NOT NULL,
	"undone_at" timestamp with time zone,
	"started_at" timestamp with time zone NOT NULL,
	"timestamp" timestamp with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "confluence_tokens" ADD COLUMN "webhook_secret" text;--> statement-breakpoint
ALTER TABLE "plan_items" ADD COLUMN "unsettled" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "plan_items" ADD COLUMN "status" text;--> statement-breakpoint
ALTER TABLE "plan_items" ADD COLUMN "linear_seen_at" text;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "sync_work" jsonb;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "due_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "due_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "due_because" text;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "due_for" text;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "due_undo" uuid;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "waiting_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "paused_because" jsonb;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "sync_question" jsonb;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "linear_seen_at" text;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "setup" jsonb;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "writes_page" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "last_synced_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "last_polled_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "conflicts" ADD CONSTRAINT "conflicts_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conflicts" ADD CONSTRAINT "conflicts_plan_id_plans_id_fk" FOREIGN KEY ("plan_id") REFERENCES "public"."plans"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conflicts" ADD CONSTRAINT "conflicts_item_id_plan_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."plan_items"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "issue_events" ADD CONSTRAINT "issue_events_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "page_writes" ADD CONSTRAINT "page_writes_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "page_writes" ADD CONSTRAINT "page_writes_plan_id_plans_id_fk" FOREIGN KEY ("plan_id") REFERENCES "public"."plans"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_history" ADD CONSTRAINT "sync_history_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_history" ADD CONSTRAINT "sync_history_plan_id_plans_id_fk" FOREIGN KEY ("plan_id") REFERENCES "public"."plans"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "conflicts_open" ON "conflicts" USING btree ("item_id","field") WHERE applied_at is null;--> statement-breakpoint
CREATE INDEX "conflicts_item" ON "conflicts" USING btree ("item_id");--> statement-breakpoint
CREATE INDEX "conflicts_plan" ON "conflicts" USING btree ("plan_id","created_at","id");--> statement-breakpoint
CREATE INDEX "conflicts_organization" ON "conflicts" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "page_writes_plan" ON "page_writes" USING btree ("plan_id","from_version");--> statement-breakpoint
CREATE INDEX "page_writes_open" ON "page_writes" USING btree ("plan_id") WHERE status = 'open';--> statement-breakpoint
CREATE INDEX "sync_history_plan" ON "sync_history" USING btree ("plan_id","timestamp","id");--> statement-breakpoint
CREATE INDEX "plans_due" ON "plans" USING btree ("due_at") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "plans_polled" ON "plans" USING btree ("last_polled_at") WHERE base_page_version is not null;--> statement-breakpoint
CREATE INDEX "plans_page" ON "plans" USING btree ("confluence_page_id");--> statement-breakpoint
CREATE VIEW "public"."sync_state" AS (select p.id, p.organization_id, p.confluence_page_id, p.team_id as linear_team_id, p.last_synced_at as timestamp, p.created_at, p.updated_at from plans p where p.confluence_page_id is not null and p.base_page_version is not null);--> statement-breakpoint
-- Of several plans on one page the oldest writes to it.
update plans p set writes_page = false
 where exists (select from plans o where o.organization_id = p.organization_id and o.source = p.source and (o.created_at, o.id) < (p.created_at, p.id));
