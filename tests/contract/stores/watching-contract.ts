import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { accessWatch } from "../../../lib/db/access-watch.js";
import { logTail } from "../../../lib/db/log-tail.js";
import { presenceStore } from "../../../lib/db/presence-store.js";
import type { EngagementId, OrganizationId, SessionId } from "../../../lib/domain/ids.js";
import type { Principal } from "../../../lib/domain/principal.js";
import type { Connection } from "../../../lib/ports-stream.js";
import { acme, aMove, aLogEntry } from "../../support/builders.js";
import type { Stores } from "./stores.js";

/** What streams stand on: the ends of logs, who is there, who may still read. */
export function watchingContract(current: () => Stores): void {
  describe("watching", () => {
    const everywhere = { byDefault: true, except: [] };
    const aConnection = (person: Principal, sessionId: SessionId): Connection => ({
      id: randomUUID(),
      sessionId,
      organizationId: person.organizationId,
      userId: person.userId,
      name: person.name,
      via: person.via,
      credentialId: person.credentialId,
    });

    it("reads what several logs have after a number each, and where a log ends", async () => {
      const { db, sessions, givenSession } = current();
      const tail = logTail(db);
      const [one, other] = [await givenSession(), await givenSession()];
      await sessions.commit(aMove(one, undefined, { log: ["a", "b", "c"].map((type) => aLogEntry({ type })) }));
      await sessions.commit(aMove(other, undefined, { log: ["x", "y"].map((type) => aLogEntry({ type })) }));

      expect(await tail.head(acme, one.id, everywhere)).toBe(3);
      expect(await tail.head("other" as OrganizationId, one.id, everywhere)).toBeNull();
      expect(await tail.head(acme, one.id, { byDefault: false, except: [] })).toBeNull();
      const { events, isAll } = await tail.since([
        { id: one.id, after: 1 },
        { id: other.id, after: 2 },
        { id: randomUUID() as SessionId, after: 0 },
      ]);
      expect(isAll).toBe(true);
      expect(events.map(({ sessionId, seq, type }) => [sessionId, seq, type])).toEqual([
        [one.id, 2, "b"],
        [one.id, 3, "c"],
      ]);
      expect(events[0]).toMatchObject({ actor: "agent", body: {}, at: expect.stringMatching(/^\d{4}-.*Z$/) });
    });

    it("gives a part of what is very much, and says that there is more", async () => {
      const { db, sessions, givenSession } = current();
      const session = await givenSession();
      await sessions.commit(aMove(session, undefined, { log: Array.from({ length: 450 }, () => aLogEntry()) }));

      const seen: number[] = [];
      for (let isAll = false; !isAll; ) {
        const part = await logTail(db).since([{ id: session.id, after: seen.at(-1) ?? 0 }]);
        seen.push(...part.events.map(({ seq }) => seq));
        isAll = part.isAll;
      }
      expect(seen).toEqual(Array.from({ length: 450 }, (_, n) => n + 1));
    });

    it("marks every change of who may see what", async () => {
      const { db } = current();
      const tail = logTail(db);
      const before = await tail.accessMark([acme]);
      await db.query(sql`
        insert into audit_log (id, organization_id, actor, action, resource_type, resource_id, details)
        values (gen_random_uuid(), ${acme}, 'ada', 'SIGN_IN_REVOKED', 'sign_in', 'x', '{}')`);

      const after = await tail.accessMark([acme]);
      expect(after).not.toBe(before);
      expect(await tail.accessMark([acme])).toBe(after);
    });

    it("lists each person once, however many streams they read, until the last one ends", async () => {
      const { db, givenPerson, givenSession } = current();
      const presence = presenceStore(db);
      const [ada, grace] = [await givenPerson({ name: "Ada" }), await givenPerson({ name: "Grace" })];
      const [{ id }, { id: other }] = [await givenSession(), await givenSession()];
      const [first, second, third] = [aConnection(ada, id), aConnection(ada, id), aConnection(grace, id)];
      await presence.tell([first, second, third], []);
      const names = async () => (await presence.list([id, other])).get(id)?.people.map(({ name }) => name);

      expect((await presence.list([id, other])).get(other)).toEqual({ people: [], count: 0 });
      expect((await presence.list([id])).get(id)).toEqual({
        people: [
          { userId: ada.userId, name: "Ada", state: "here" },
          { userId: grace.userId, name: "Grace", state: "here" },
        ],
        count: 2,
      });
      await presence.tell([], [first]);
      expect(await names()).toEqual(["Ada", "Grace"]);
      await presence.tell([third], [second]);
      expect(await names()).toEqual(["Grace"]);
    });

    it("takes who was not heard of for forty seconds for gone, and back when they are heard of again", async () => {
      const { db, givenPerson, givenSession } = current();
      const presence = presenceStore(db);
      const [ada, grace] = [await givenPerson({ name: "Ada" }), await givenPerson({ name: "Grace" })];
      const { id } = await givenSession();
      const [here, silent] = [aConnection(ada, id), aConnection(grace, id)];
      await presence.tell([here, silent], []);
      await db.query(sql`update presence set seen_at = seen_at - interval '41 seconds'`);
      expect((await presence.list([id])).get(id)?.count).toBe(0);

      await presence.tell([here], []);
      expect((await presence.list([id])).get(id)?.people.map(({ name }) => name)).toEqual(["Ada"]);
      expect(await current().count("presence")).toBe(1);
    });

    it("lets who may read go on, and nobody whose sign-in, token, place or session is no more", async () => {
      const { db, givenPerson, givenSession, sessions } = current();
      const allowed = async (...connections: Connection[]) => {
        const ids = await accessWatch(db).stillAllowed(connections);
        return connections.map(({ id }) => ids.has(id));
      };
      const [person, admin, demo] = [await givenPerson(), await givenPerson({ role: "admin" }), await givenPerson()];
      const foreigner = await givenPerson({ organizationId: "other" as OrganizationId });
      const session = await givenSession();
      const credential = async (table: "sign_ins" | "api_tokens", of: Principal) => {
        const id = randomUUID();
        const more = table === "sign_ins" ? sql`` : sql`, name, scope, hint`;
        const values = table === "sign_ins" ? sql`` : sql`, 'x', 'read', 'x'`;
        await db.query(sql`
          insert into ${sql.identifier(table)} (id, organization_id, user_id, hash, expires_at ${more})
          values (${id}, ${of.organizationId}, ${of.userId}, ${id}, now() + interval '1 hour' ${values})`);
        return id;
      };
      const through = async (via: "browser" | "token", of: Principal) => ({
        ...aConnection(of, session.id),
        via,
        credentialId: await credential(via === "browser" ? "sign_ins" : "api_tokens", of),
      });
      const browser = await through("browser", person);
      const token = await through("token", person);
      const boss = await through("browser", admin);
      const nobody = aConnection(demo, session.id);

      expect(await allowed(browser, token, boss, nobody)).toEqual([true, true, true, true]);
      expect(
        await allowed(await through("browser", foreigner), { ...browser, credentialId: boss.credentialId }),
      ).toEqual([false, false]);
      await db.query(sql`update sign_ins set revoked_at = now() where id = ${browser.credentialId}`);
      expect(await allowed(browser, token)).toEqual([false, true]);
      await db.query(sql`update api_tokens set expires_at = now() where id = ${token.credentialId}`);
      expect(await allowed(token)).toEqual([false]);

      const engagement = await sessions.ensureEngagement(acme, { id: "team-eng", name: "ENG" });
      await db.query(sql`update planning_sessions set engagement_id = ${engagement.id} where id = ${session.id}`);
      expect(await allowed(nobody, boss)).toEqual([true, true]);
      await db.query(sql`update engagements set settings = settings || '{"access": "members"}'`);
      expect(await allowed(nobody, boss)).toEqual([false, true]);
      await db.query(sql`
        insert into engagement_members (engagement_id, user_id, organization_id) values (${engagement.id as EngagementId}, ${demo.userId}, ${acme})`);
      expect(await allowed(nobody)).toEqual([true]);
      await db.query(sql`update planning_sessions set deleted_at = now() where id = ${session.id}`);
      expect(await allowed(nobody, boss)).toEqual([false, false]);
    });
  });
}
