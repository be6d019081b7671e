import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { DeliveryEvent } from "../../../lib/domain/delivery.js";
import type { OrganizationId } from "../../../lib/domain/ids.js";
import type { PlanItem } from "../../../lib/domain/plan-item.js";
import type { CommentLink } from "../../../lib/domain/sync/comments.js";
import type { CommentSetting } from "../../../lib/domain/sync/run.js";
import { acme, aDelivery, aPlanItem } from "../../support/builders.js";
import {
  aSyncMove,
  givenRun,
  givenSyncedPlan,
  read,
  someWork,
  stateOf,
  underLease,
} from "../../support/synced-plan.js";
import type { Stores } from "./stores.js";

/** What is kept of comments that are mirrored, and who is told of new ones. */
export function commentsContract(current: () => Stores): void {
  const given = async (setting: CommentSetting) => {
    const stores = current();
    const plan = await givenSyncedPlan(stores, {
      items: [aPlanItem({ pending: null, linksPending: false, linearId: "issue-1" })],
    });
    const { id } = await stores.sessions.ensureEngagement(acme, { id: "team-eng", name: "ENG" });
    await stores.db.query(sql`update planning_sessions set engagement_id = ${id} where id = ${plan.sessionId}`);
    await stores.db.query(
      sql`update engagements set settings = jsonb_build_object('sync', jsonb_build_object('comments', ${setting}::text)) where id = ${id}`,
    );
    return { stores, engagementId: id, item: plan.items[0] as PlanItem, planId: plan.planId };
  };
  const aLink = (item: PlanItem, differs: Partial<CommentLink> = {}): CommentLink => ({
    id: randomUUID(),
    itemId: item.id,
    writtenIn: "linear",
    linearCommentId: randomUUID(),
    linearThreadId: "thread-1",
    pageCommentId: null,
    pageThreadId: null,
    pageKind: "footer",
    status: "open",
    ...differs,
  });

  describe("SyncStore.openComments", () => {
    it("is refused to whoever has lost the lease, and to a run that has moved", async () => {
      const { stores, planId, item } = await given("both");
      const run = await givenRun(stores, planId);
      expect(await stores.sync.openComments(run.seen, randomUUID(), [aLink(item)])).toBe(false);
      await stores.sync.commit(aSyncMove(run, { next: { step: "mirror-comments", work: someWork() } }));
      const next = await underLease(stores, planId);
      expect(await stores.sync.openComments(run.seen, next.attemptId, [aLink(item)])).toBe(false);
      expect(await stores.count("comment_links")).toBe(0);
      expect(await stores.sync.openComments(next.seen, next.attemptId, [aLink(item), aLink(item)])).toBe(true);
      expect(await stores.count("comment_links")).toBe(2);
    });

    it("puts a comment down once, however often it is tried, and keeps since when it has been open", async () => {
      const { stores, planId, item } = await given("both");
      const { seen, attemptId } = await givenRun(stores, planId);
      const link = aLink(item);
      await stores.sync.openComments(seen, attemptId, [link]);
      const before = await stores.sync.commentLinks(planId);
      expect(await stores.sync.openComments(seen, attemptId, [link])).toBe(true);
      expect(await stores.sync.commentLinks(planId)).toEqual(before);
      expect(before).toEqual({ links: [link], openSince: expect.stringMatching(/^\d{4}-.*Z$/) });
    });
  });

  describe("SyncStore.commit of comments", () => {
    it("says what became of them, and how far both sides have been read, or nothing", async () => {
      const { stores, planId, item } = await given("both");
      const run = await givenRun(stores, planId);
      const [link, lost] = [aLink(item), aLink(item)];
      await stores.sync.openComments(run.seen, run.attemptId, [link, lost]);
      const mirrored: CommentLink = { ...link, status: "mirrored", pageCommentId: "7", pageThreadId: "7" };
      const commentsSeen = { linear: "2030-01-01T00:00:00.000Z", page: null, problem: null };
      const move = aSyncMove(run, { comments: [mirrored, { ...lost, status: "not_written" }], commentsSeen });

      expect(await stores.sync.commit({ ...move, attemptId: randomUUID() })).toEqual({ outcome: "changed" });
      expect((await stores.sync.commentLinks(planId)).links.map(({ status }) => status)).toEqual(["open", "open"]);
      expect(await stores.sync.commit(move)).toMatchObject({ outcome: "committed" });

      const after = await stores.sync.commentLinks(planId);
      expect(after.openSince).toBeNull();
      expect(new Map(after.links.map((one) => [one.id, one]))).toEqual(
        new Map([
          [link.id, mirrored],
          [lost.id, { ...lost, status: "not_written" }],
        ]),
      );
      expect((await read(stores, planId)).commentsSeen).toEqual(commentsSeen);
    });

    it("gives those that moved last first, of one plan", async () => {
      const { stores, planId, item } = await given("both");
      const run = await givenRun(stores, planId);
      const links = [aLink(item), aLink(item), aLink(item)];
      await stores.sync.openComments(run.seen, run.attemptId, links);
      for (const [n, link] of links.entries())
        await stores.db.query(
          sql`update comment_links set updated_at = now() - ${n}::int * interval '1 hour' where id = ${link.id}`,
        );
      expect((await stores.sync.commentLinks(planId)).links).toEqual(links);
      expect((await stores.sync.commentLinks(randomUUID() as typeof planId)).links).toEqual([]);
    });
  });

  it("comments are mirrored from when somebody wanted it on, and none that are older than the plan", async () => {
    const { stores, planId, engagementId } = await given("both");
    expect((await read(stores, planId)).commentsSince).toEqual({ linear: null, page: null });
    await stores.db.query(sql`
      update engagements set comments_to_page_since = '2100-01-01T00:00:00Z', comments_to_linear_since = '2000-01-01T00:00:00Z' where id = ${engagementId}`);
    const [plan] = await stores.db.query<{ at: string }>(sql`select created_at as at from plans where id = ${planId}`);
    expect((await read(stores, planId)).commentsSince).toEqual({
      linear: "2100-01-01T00:00:00.000Z",
      page: new Date(plan?.at ?? "").toISOString(),
    });
  });

  describe("InboxStore.commented", () => {
    type Commented = Extract<DeliveryEvent, { type: "commented" }>;
    const aComment = (differs: Partial<Commented> = {}): Commented => ({
      type: "commented",
      issueId: "issue-1",
      actor: { id: "user-1", name: "Ada" },
      ...differs,
    });
    const comment = (stores: Stores, event = aComment(), differs: Parameters<typeof aDelivery>[0] = {}) =>
      stores.inbox.commented(aDelivery({ event, ...differs }), event);

    it("makes the run of the issue's plan due, once", async () => {
      const { stores, planId } = await given("to_page");
      const delivery = { deliveryId: "d1", meaning: "m1" };
      expect(await comment(stores, aComment(), delivery)).toMatchObject({
        outcome: "accepted",
        runs: [{ planId, isNew: true }],
      });
      expect(await stateOf(stores, planId)).toMatchObject({ because: "comment" });
      expect(await comment(stores, aComment(), delivery)).toBe("ignored");
      expect(await comment(stores, aComment(), { deliveryId: "d2", meaning: "m1" })).toBe("ignored");
      expect(await stores.count("webhook_deliveries")).toBe(1);
      expect(await stores.count("issue_events")).toBe(0);
    });

    it.each(["off", "to_linear"] as const)(
      "takes no notice where comments on issues stay there: %s",
      async (setting) => {
        const { stores, planId } = await given(setting);
        expect(await comment(stores)).toBe("ignored");
        expect((await stateOf(stores, planId)).due).toBeNull();
        expect(await stores.count("webhook_deliveries")).toBe(0);
      },
    );

    it("takes no notice of our own, of other issues and of other organizations", async () => {
      const { stores, planId } = await given("both");
      await stores.db.query(sql`update organizations set app_user_id = 'app-user' where id = ${acme}`);
      expect(await comment(stores, aComment({ actor: { id: "app-user", name: "Planner" } }))).toBe("ignored");
      expect(await comment(stores, aComment({ issueId: "issue-9" }))).toBe("ignored");
      expect(await comment(stores, aComment(), { organizationId: "other" as OrganizationId })).toBe("ignored");
      expect((await stateOf(stores, planId)).due).toBeNull();
    });
  });

  describe("PageEventStore.pageChanged by a comment", () => {
    const commented = async (stores: Stores, deliveryId: string = randomUUID()) => {
      const about = { site: { cloudId: "cloud-1" }, pageId: "4711", version: null, authorId: null, occurredAt: null };
      return stores.pages.pageChanged({ kind: "forge", deliveryId, change: "commented", ...about });
    };
    const connect = ({ db }: Stores) =>
      db.query(sql`
        insert into confluence_tokens (id, organization_id, kind, site_url, cloud_id, spaces, access_token)
        values (${randomUUID()}, ${acme}, 'cloud_oauth', 'https://acme.atlassian.net', 'cloud-1', '{*}', 'sealed')`);

    it("makes the run of the page's plan due, once", async () => {
      const { stores, planId } = await given("to_linear");
      await connect(stores);
      expect(await commented(stores, "c1")).toMatchObject([{ planId }]);
      expect(await commented(stores, "c1")).toEqual([]);
      expect(await stateOf(stores, planId)).toMatchObject({ because: "comment" });
    });

    it.each(["off", "to_page"] as const)("is nothing where comments on the page stay there: %s", async (setting) => {
      const { stores } = await given(setting);
      await connect(stores);
      expect(await commented(stores)).toEqual([]);
    });
  });
}
