import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { storageError } from "../../../dev/confluence/storage.js";
import type { ToLinear, ToPage } from "../../../lib/domain/sync/comments.js";
import { commentForIssue, commentForPage, markIn } from "../../../lib/domain/wording/comments.js";
import { aPlanItem, someFields } from "../../support/builders.js";

const id = "11111111-2222-4333-8444-555555555555";
const item = aPlanItem({ linearIdentifier: "ENG-12", fields: someFields({ title: "Pay <by> card" }) });
const link = { id, itemId: item.id, status: "open", pageKind: "footer" } as const;

function forPage(body: string, differs: { author?: string; pageThreadId?: string } = {}): string {
  const { author = "Ada Lovelace", pageThreadId = null } = differs;
  const comment = {
    id: "c1",
    issueId: "i1",
    threadId: "c1",
    url: "https://linear.app/acme/issue/ENG-12/pay?a=1&b=2#comment-1a2b",
    body,
    createdAt: "2030-01-01T00:00:00.000Z",
    author: { id: "ada", name: author },
    isAgentThread: false,
  };
  const thread = { writtenIn: "linear", linearCommentId: "c1", linearThreadId: "c1", pageCommentId: null } as const;
  return commentForPage({ comment, item, link: { ...link, ...thread, pageThreadId } } satisfies ToPage);
}

function forIssue(body: string, { words = "", answers = false, author = "Ben *Editor*" } = {}): string {
  const comment = {
    id: "7",
    kind: "footer",
    threadId: "7",
    body,
    createdAt: "2030-01-01T00:00:00.000Z",
    authorId: "ben",
    url: "https://acme.atlassian.net/wiki/x?focusedCommentId=7",
    anchor: words ? { ref: "r", words } : null,
  } as const;
  const linearThreadId = answers ? "c1" : id;
  const thread = {
    writtenIn: "page",
    linearCommentId: id,
    linearThreadId,
    pageCommentId: "7",
    pageThreadId: "7",
  } as const;
  return commentForIssue({ comment, item, link: { ...link, ...thread } } satisfies ToLinear, {
    author,
    pageTitle: "The [plan]",
  });
}

describe("a comment of an issue on the page", () => {
  it("names who wrote it and about which item, links to it, and says the text", () => {
    const marked = `https://linear.app/acme/issue/ENG-12/pay?a=1&amp;b=2&amp;mirrored=${id}#comment-1a2b`;
    expect(forPage("Is **this** [done](https://x.test)?\n\n* one\n* two\n\nLast & <b>least</b>")).toBe(
      `<p><strong>Ada Lovelace</strong> on <a href="${marked}">ENG-12 Pay &lt;by&gt; card</a>:</p>` +
        "<p>Is this done?</p><ul><li><p>one</p></li><li><p>two</p></li></ul><p>Last &amp; &lt;b&gt;least&lt;/b&gt;</p>",
    );
    expect(forPage("Yes", { pageThreadId: "7" })).toContain("<strong>Ada Lovelace</strong> answers on <a");
  });

  it("keeps the lines of code as they are written", () => {
    expect(forPage("```\na < b\n\nc\n```")).toContain("<p>```<br />a &lt; b<br /><br />c<br />```</p>");
  });

  it("is storage format and carries its mark, whatever it says and whoever says it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (body, author) => {
        const written = forPage(body, { author });
        expect(storageError(written)).toBeNull();
        expect(markIn(written)).toBe(id);
      }),
    );
  });

  it("is cut where it is very long", () => {
    expect(forPage("x".repeat(100_000)).length).toBeLessThan(21_000);
    expect(forPage("word & ".repeat(20_000)).length).toBeLessThan(40_000);
  });
});

describe("a comment of a page on the issue", () => {
  it("names who wrote it, where and at which words, and says the text", () => {
    expect(forIssue("<p>Really?</p><ul><li>one</li></ul>", { words: "by card" })).toBe(
      "**Ben \\*Editor\\*** on [The \\[plan\\]](<https://acme.atlassian.net/wiki/x?focusedCommentId=7>):\n\n> by card\n\nReally?\n\none",
    );
    expect(forIssue("<p>Yes</p>", { answers: true })).toContain("** answers on [");
  });

  it("does nothing in Linear: no mention, no formatting, no command", () => {
    const written = forIssue("<p>@ada # not a **title**</p><p>- no bullet</p><p># no title</p>");
    expect(written).not.toMatch(/@ada/);
    expect(written).toContain("\\*\\*title\\*\\*");
    expect(written).toContain("\n\n\\- no bullet\n\n\\# no title");
  });

  it("is cut where it is very long, and says who wrote it where there is no text", () => {
    expect(forIssue(`<p>${"x".repeat(9_000)}</p>`.repeat(9)).length).toBeLessThan(21_000);
    expect(forIssue("<p><ac:image /></p>")).toMatch(/^\*\*Ben .*:$/);
  });
});

it("a person's words carry no mark", () => {
  expect(markIn(`<p>mirrored=${id}</p>`)).toBeNull();
  expect(markIn(`<p><a href="https://linear.app/acme/issue/ENG-12#comment-1a2b">ENG-12</a></p>`)).toBeNull();
});
