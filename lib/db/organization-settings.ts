import { sql } from "drizzle-orm";
import type { OrganizationSettings, OrganizationSettingsStore } from "../ports-lifecycle.js";
import { auditInto } from "./audit-rows.js";
import { type Database, json, repeatable } from "./database.js";

/** Nothing disappears that nobody has asked to disappear. */
const defaults: OrganizationSettings = { cleanup: { deletePendingAfterDays: null, archiveEndedAfterDays: null } };

/** Policies that hold for a whole organization, kept in its row. */
export function organizationSettings(db: Database): OrganizationSettingsStore {
  return {
    async load(organizationId) {
      const [row] = await db.query<Row>(
        sql`select settings from organizations where id = ${organizationId}`,
        repeatable,
      );
      return withDefaults(row);
    },
    async change({ cleanup = {} }, author) {
      const details = sql`jsonb_build_object('before', before.settings, 'after', changed.settings)`;
      const entry = { action: "SETTINGS_CHANGED", resourceType: "organization", resourceId: sql`changed.id`, details };
      const [row] = await db.query<Row>(sql`
        with before as (select o.id, o.settings from organizations o where o.id = ${author.organizationId} for no key update),
        changed as (
          update organizations o
             set settings = o.settings || jsonb_build_object('cleanup', coalesce(o.settings->'cleanup', '{}') || ${json(cleanup)}), updated_at = now()
            from before where o.id = before.id returning o.id, o.settings),
        audited as (${auditInto(entry, author, sql`before join changed using (id)`)})
        select settings from changed`);
      return withDefaults(row);
    },
  };
}

type Row = { settings: Partial<OrganizationSettings> };
const withDefaults = (row: Row | undefined): OrganizationSettings => ({
  cleanup: { ...defaults.cleanup, ...row?.settings.cleanup },
});
