import { describe, expect, it } from "vitest";
import type { PlanId } from "../../../lib/domain/ids.js";
import type { PlanItem } from "../../../lib/domain/plan-item.js";
import {
  type CommentLink,
  commentLinkId,
  type CommentReading,
  commentsToMirror,
  type IssueComment,
  type PageComment,
  topItem,
} from "../../../lib/domain/sync/comments.js";
import { itemAround } from "../../../lib/domain/sync/item-around.js";
import { aPlanItem } from "../../support/builders.js";

const planId = "00000000-0000-4000-8000-000000000001" as PlanId;
const anItem = (linearId: string | null, differs: Partial<PlanItem> = {}) =>
  aPlanItem({ linearId, pending: null, linksPending: false, ...differs });
const epic = anItem("epic");
const story = anItem("story", { parentId: epic.id, position: 1 });
const at = (minute: number) => `2030-01-01T00:${String(minute).padStart(2, "0")}:00.000Z`;

const onIssue = (id: string, differs: Partial<IssueComment> = {}): IssueComment => ({
  id,
  issueId: "story",
  threadId: id,
  url: `https://linear.app/acme/issue/ENG-1#comment-${id}`,
  body: "Words",
  createdAt: at(0),
  author: { id: "ada", name: "Ada" },
  isAgentThread: false,
  ...differs,
});
const onPage = (id: string, differs: Partial<PageComment> = {}): PageComment => ({
  id,
  kind: "footer",
  threadId: id,
  body: "<p>Words</p>",
  createdAt: at(0),
  authorId: "ben",
  url: "https://acme.atlassian.net/wiki/x",
  anchor: null,
  ...differs,
});
const aLink = (differs: Partial<CommentLink> = {}): CommentLink => ({
  id: "link-1",
  itemId: story.id,
  writtenIn: "linear",
  linearCommentId: "c1",
  linearThreadId: "c1",
  pageCommentId: "7",
  pageThreadId: "7",
  pageKind: "footer",
  status: "mirrored",
  ...differs,
});
const look = (reading: Partial<CommentReading>, limit = 10) =>
  commentsToMirror(
    { planId, items: [epic, story], links: [], onIssues: [], onPage: [], itemAt: () => null, ...reading },
    limit,
  );

describe("comments on issues", () => {
  it("go under the page, each with a link of its own", () => {
    const { toPage, toLinear, waits } = look({ onIssues: [onIssue("c1")] });
    expect(toPage).toMatchObject([
      {
        item: { id: story.id },
        link: { id: commentLinkId(planId, "linear", "c1"), pageThreadId: null, status: "open" },
      },
    ]);
    expect([toLinear, waits]).toEqual([[], false]);
  });

  it("stay where they are when an app wrote them, in a thread of an agent, and on issues that are no items any more", () => {
    const gone = anItem("gone", { state: "removed" });
    const none = [
      onIssue("c1", { author: null }),
      onIssue("c2", { isAgentThread: true }),
      onIssue("c3", { issueId: "gone" }),
      onIssue("c4", { issueId: "stranger" }),
    ];
    expect(look({ items: [story, gone], onIssues: none })).toEqual({ toPage: [], toLinear: [], waits: false });
  });

  it("are mirrored once, and tried again only while nobody knows what became of them", () => {
    const onIssues = [onIssue("c1")];
    expect(look({ onIssues, links: [aLink()] }).toPage).toEqual([]);
    expect(look({ onIssues, links: [aLink({ status: "not_written" })] }).toPage).toEqual([]);
    expect(look({ onIssues, links: [aLink({ status: "open" })] }).toPage).toHaveLength(1);
  });

  it("answer where their thread stands on the page, and wait until it does", () => {
    const answer = onIssue("c2", { threadId: "c1" });
    const known = look({ onIssues: [answer], links: [aLink({ pageKind: "inline" })] });
    expect(known.toPage).toMatchObject([{ link: { pageThreadId: "7", pageKind: "inline" } }]);
    const both = look({ onIssues: [onIssue("c1"), answer] });
    expect([both.toPage.map(({ comment }) => comment.id), both.waits]).toEqual([["c1"], true]);
  });

  it("of a thread that began before are a thread of their own on the page", () => {
    const { toPage, waits } = look({
      onIssues: [onIssue("c2", { threadId: "old" }), onIssue("c3", { threadId: "old" })],
    });
    expect(toPage).toMatchObject([{ comment: { id: "c2" }, link: { linearThreadId: "old", pageThreadId: null } }]);
    expect(waits).toBe(true);
    const links = [aLink({ linearCommentId: "c2", linearThreadId: "old" })];
    expect(look({ onIssues: [onIssue("c3", { threadId: "old" })], links }).toPage).toMatchObject([
      { link: { pageThreadId: "7" } },
    ]);
  });
});

describe("comments on a page", () => {
  it("under it are about the plan's top issue, at words about the item that says them, and else about nothing", () => {
    const anchor = { ref: "marker", words: "card" };
    const comments = [onPage("7"), onPage("8", { kind: "inline", anchor }), onPage("9", { kind: "inline" })];
    const { toLinear, waits } = look({ onPage: comments, itemAt: (ref) => (ref === "marker" ? story : null) });
    expect(toLinear.map(({ comment, item }) => [comment.id, item.id])).toEqual([
      ["7", epic.id],
      ["8", story.id],
    ]);
    for (const { link } of toLinear) expect(link).toMatchObject({ linearCommentId: link.id, linearThreadId: link.id });
    expect(waits).toBe(true);
    expect(look({ onPage: [onPage("9", { kind: "inline" })] })).toMatchObject({ toLinear: [], waits: false });
  });

  it("in a mirrored thread answer there, on the issue that it is about", () => {
    const { toLinear, waits } = look({ onPage: [onPage("8", { threadId: "7" })], links: [aLink()] });
    expect(toLinear).toMatchObject([{ item: { id: story.id }, link: { linearThreadId: "c1", pageThreadId: "7" } }]);
    expect(waits).toBe(false);
  });

  it("that answer an answer are in the thread of both", () => {
    const links = [aLink({ pageCommentId: "8", pageThreadId: "7" })];
    expect(look({ onPage: [onPage("9", { threadId: "8" })], links }).toLinear).toMatchObject([
      { link: { linearThreadId: "c1", pageCommentId: "9", pageThreadId: "7" } },
    ]);
  });

  it("are nothing where the plan has no issue", () => {
    const items = [anItem("project", { linearKind: "project" }), anItem(null)];
    expect(look({ items, onPage: [onPage("7")] })).toMatchObject({ toLinear: [], waits: false });
    expect(topItem([...items, story])).toBe(story);
  });
});

it("no more are mirrored at once than that, the oldest of both sides first", () => {
  const { toPage, toLinear, waits } = look(
    {
      onIssues: [onIssue("c1", { createdAt: at(3) }), onIssue("c2", { createdAt: at(1) })],
      onPage: [onPage("7", { createdAt: at(2) })],
    },
    2,
  );
  expect([toPage.map(({ comment }) => comment.id), toLinear.map(({ comment }) => comment.id)]).toEqual([["c2"], ["7"]]);
  expect(waits).toBe(true);
});

describe("the item around a marker", () => {
  const marked = (ref: string, words: string) =>
    `<ac:inline-comment-marker ac:ref="${ref}">${words}</ac:inline-comment-marker>`;
  const body = `<p>${marked("above", "Hello")}</p><h1>Epic: Shop</h1><p>${marked("why", "Sell")} more.</p><h2>Story US-1: ${marked("title", "Pay")} by card</h2><p>Story points: ${marked("points", "3")}</p><table><tbody><tr><th>Story</th><th>Priority</th></tr><tr><td>Refund</td><td>${marked("cell", "High")}</td></tr></tbody></table>`;
  const [shop, pay, refund] = ["Shop", "Pay by card", "Refund"].map((title) =>
    anItem(title, { fields: { ...aPlanItem().fields, title, kind: title === "Shop" ? "epic" : "story" } }),
  );
  const around = itemAround([shop, pay, refund] as PlanItem[], { title: "Plan", body });

  it("is the one whose title or value it stands in", () => {
    expect(around("title")?.id).toBe(pay?.id);
    expect(around("points")?.id).toBe(pay?.id);
    expect(around("why")?.id).toBe(shop?.id);
    expect(around("cell")?.id).toBe(refund?.id);
  });

  it("is none for words that are no item's, and for a marker that is gone", () => {
    expect(around("above")).toBeNull();
    expect(around("gone")).toBeNull();
  });
});
