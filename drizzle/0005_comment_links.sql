CREATE TABLE "comment_links" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"plan_id" uuid NOT NULL,
	"item_id" uuid NOT NULL,
	"written_in" text NOT NULL,
	"linear_comment_id" text NOT NULL,
	"linear_thread_id" text NOT NULL,
	"page_comment_id" text,
	"page_thread_id" text,
	"page_kind" text NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "comment_links_status" CHECK (status in ('open', 'mirrored', 'not_written')),
	CONSTRAINT "comment_links_side" CHECK (written_in in ('linear', 'page'))
);
--> statement-breakpoint
ALTER TABLE "engagements" ADD COLUMN "comments_to_page_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "engagements" ADD COLUMN "comments_to_linear_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "comments_seen" jsonb;--> statement-breakpoint
ALTER TABLE "comment_links" ADD CONSTRAINT "comment_links_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comment_links" ADD CONSTRAINT "comment_links_plan_id_plans_id_fk" FOREIGN KEY ("plan_id") REFERENCES "public"."plans"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comment_links" ADD CONSTRAINT "comment_links_item_id_plan_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."plan_items"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "comment_links_linear" ON "comment_links" USING btree ("plan_id","linear_comment_id");--> statement-breakpoint
CREATE UNIQUE INDEX "comment_links_page" ON "comment_links" USING btree ("plan_id","page_comment_id") WHERE page_comment_id is not null;--> statement-breakpoint
CREATE INDEX "comment_links_plan" ON "comment_links" USING btree ("plan_id","updated_at");--> statement-breakpoint
CREATE INDEX "comment_links_item" ON "comment_links" USING btree ("item_id");--> statement-breakpoint
-- An older version kept a setting of this name that did nothing.
update "engagements" set "settings" = "settings" #- '{sync,comments}' where jsonb_typeof("settings"->'sync'->'comments') = 'boolean';
