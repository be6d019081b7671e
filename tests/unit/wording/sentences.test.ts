import { describe, expect, it } from "vitest";
import { askedAgain, createLabel } from "../../../lib/domain/wording/approval.js";
import { checklist } from "../../../lib/domain/wording/checklist.js";
import {
  cancelled,
  created,
  noItems,
  nothingChanged,
  stopped,
  undone,
  undoTooLate,
} from "../../../lib/domain/wording/ending.js";
import { failed, gaveUp, installationRevoked, teamAccessLost } from "../../../lib/domain/wording/failures.js";
import * as finding from "../../../lib/domain/wording/finding-page.js";
import { clip, count, kindCounts, link, listOf, safeUrl, someOf } from "../../../lib/domain/wording/phrases.js";
import { slowDown, stillWorking, whereItStands } from "../../../lib/domain/wording/progress.js";

const noCounts = { epic: 0, feature: 0, story: 0, enabler: 0 };

describe("sentences", () => {
  it("count in the singular and the plural", () => {
    expect([count(0, "issue"), count(1, "issue"), count(2, "story", "stories")]).toEqual([
      "0 issues",
      "1 issue",
      "2 stories",
    ]);
    expect(kindCounts({ ...noCounts, epic: 1, story: 2 })).toBe("1 epic and 2 stories");
    expect([listOf([]), listOf(["a"]), listOf(["a", "b", "c"])]).toEqual(["", "a", "a, b and c"]);
    expect(someOf(["a", "b", "c", "d"], 2)).toBe("a, b and 2 more");
  });

  it("cut long texts at a word, never inside a character", () => {
    expect(clip("one two three", 9)).toBe("one two…");
    expect(clip("😀😀😀", 4)).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
  });

  it("link only to web addresses", () => {
    expect(link("a", "javascript:alert(1)")).toBe("a");
    expect(safeUrl("https://a.example/> x")).toBe("https://a.example/%3E%20x");
  });
});

describe("looking for the page", () => {
  it("says where it looked", () => {
    expect(finding.noPageFound("ENG-12")).toContain("the description of ENG-12");
    expect(finding.noPageFound(null)).toContain("your message");
  });

  it("says why a page cannot be read and what would help", () => {
    const url = "https://acme.example/wiki/spaces/ENG/pages/42/My+Plan";
    expect(finding.cannotRead({ kind: "not_found" }, url)).toMatch(/^I can’t open \[My Plan\]\(<.*>\).*\?$/);
    expect(finding.cannotRead({ kind: "host_not_allowed", host: "evil.example" }, url)).toContain("“evil.example”");
    expect(finding.cannotRead({ kind: "space_not_allowed", space: "HR" }, url)).toContain("“HR”");
    expect(finding.notAPage("embed")).toContain("an embed");
  });

  it("names several pages by what their addresses tell", () => {
    const urls = [
      "https://a.example/wiki/spaces/E/pages/1/First%20plan",
      "https://a.example/pages/viewpage.action?pageId=7",
      "https://a.example/x/%E0",
    ];
    expect(urls.map(finding.pageLabel)).toEqual(["First plan", "Page 7", "%E0"]);
    expect(finding.severalPages(urls)).toContain("I found 3 Confluence pages.");
    expect(finding.severalPages(urls)).toContain(`2. [Page 7](<${urls[1]}>)`);
  });

  it("says where another session stands", () => {
    const words = finding.otherSession({ issue: "ENG-1", message: "Creating Linear issues", notUnderstood: false });
    expect(words).toBe(
      "I’m already working on this page on ENG-1. It stands at “Creating Linear issues”. Shall we go on there, or shall I take it over here?",
    );
  });
});

describe("the answer to a proposal", () => {
  const of = (change: "new" | "changed" | "not_created", key: string) => ({
    change,
    fields: { key, kind: "story" as const },
  });

  it("is called by what it does", () => {
    const proposed = [of("new", "a"), of("changed", "b"), of("not_created", "c")];
    expect([["a"], ["b"], ["a", "b"], ["a", "c"]].map((keys) => createLabel(proposed, keys))).toEqual([
      "Create",
      "Update",
      "Create and update",
      "Create",
    ]);
  });

  it("is asked for again in other words than the first time", () => {
    expect(askedAgain("not_understood")).toContain("not sure what you mean");
    expect(askedAgain("help")).toContain("skip the enablers");
  });
});

describe("the end of a run", () => {
  it("counts what exists, links to the top of it, and says how to undo", () => {
    const words = created({
      pageTitle: "Roadmap",
      counts: { ...noCounts, epic: 1, story: 2 },
      updated: 1,
      cancelled: 0,
      top: [{ title: "Hub", url: "https://linear.example/1" }],
      refused: ["Bad one"],
    });
    expect(words).toBe(
      [
        "Done. I created 1 epic and 2 stories and updated 1 issue from “Roadmap”.",
        "* [Hub](<https://linear.example/1>)",
        "Linear did not take 1 item:\n\n* “Bad one”",
        "If this was not what you wanted, reply “undo” within seven days and I take back what nobody has touched since.",
      ].join("\n\n"),
    );
  });

  it("offers no undo where nothing was created", () => {
    expect(created({ pageTitle: "R", counts: noCounts, updated: 2, cancelled: 1, top: [], refused: [] })).toBe(
      "Done. I updated 2 issues and cancelled 1 issue from “R”.",
    );
  });

  it("says what exists after a stop", () => {
    expect(cancelled({ created: 0 })).toContain("Nothing was created");
    expect(stopped({ created: 0, trashed: null, urls: [], takenOver: true })).toBe(
      "I stopped here because this plan was taken over in another session. Nothing was created.",
    );
    const words = stopped({
      created: 1,
      trashed: null,
      urls: ["https://linear.example/acme/issue/ENG-9/x"],
      takenOver: false,
    });
    expect(words).toContain("1 issue had been created and stays.");
    expect(words).toContain("[ENG-9](<https://linear.example/acme/issue/ENG-9/x>)");
  });

  it("lists what stays after an undo, with the reason", () => {
    const words = undone({ trashed: 2, kept: [{ title: "A", url: "https://linear.example/a", reason: "changed" }] });
    expect(words).toBe(
      "I moved 2 issues to the trash; Linear keeps them there for 30 days. 1 issue stays:\n\n* [A](<https://linear.example/a>): somebody has worked on it",
    );
    expect(undone({ trashed: 0, kept: [] })).toContain("nothing to take back");
    expect(undoTooLate(7)).toContain("7 days");
  });

  it("says what was looked for on a page without a plan, and that nothing has changed", () => {
    expect(noItems("Minutes")).toContain("I looked for headings, tables and lists");
    expect(nothingChanged(1, null)).toContain("1 item on the page, and Linear has it like that");
  });
});

describe("failures", () => {
  it.each([
    "linear_plan_full",
    "installation_revoked",
    "team_access_removed",
    "confluence_unreachable",
    "never_heard_of",
  ])("%s: what happened, what exists, what next", (code) => {
    const words = failed(code, { created: 3 });
    expect(words).toMatch(/^I stopped: .+\. 3 issues had been created and stay as they are\. .+\.$/);
    expect(words).not.toContain(code);
  });

  it("of a step that was given up keep the other side's words to the log", () => {
    expect(gaveUp("read-page", "HTTP 500 <html>secret</html>")).toMatch(/while reading the page.*Nothing was created/);
    expect(gaveUp("apply-items", "HTTP 500 <html>secret</html>")).not.toContain("secret");
    expect(gaveUp("apply-items", "linear_unreachable")).toContain("couldn’t reach Linear");
    expect([installationRevoked.code, teamAccessLost.code]).toEqual(["installation_revoked", "team_access_removed"]);
  });
});

describe("on the way", () => {
  it("says when it goes on", () => {
    expect(slowDown("linear_rate_limited", new Date("2027-01-01T10:20:00Z"))).toContain(
      "Linear asks me to slow down. I go on by myself at 10:20 UTC",
    );
  });

  it("answers people while it works", () => {
    expect(stillWorking("status", "apply-items")).toContain("still creating the issues");
    expect(stillWorking("undo", "apply-items")).toContain("Say “undo” once I’m done");
  });

  it.each(["pending", "processing", "awaiting_input", "completed", "failed", "cancelled"] as const)(
    "says where a %s session stands",
    (status) => {
      expect(whereItStands({ status, step: "read-page", title: "Road*map", pageUrl: null, failure: null })).toContain(
        "Road\\*map",
      );
    },
  );
});

describe("the checklist", () => {
  const shown = (...of: Parameters<typeof checklist>) => checklist(...of).map(({ status }) => status);

  it("names the seven steps", () => {
    expect(checklist("pending", "read-page").map(({ content }) => content)).toEqual([
      "Starting planning process",
      "Retrieving Confluence page",
      "Parsing Confluence page",
      "Extracting planning information",
      "Creating Linear issues",
      "Maintaining SAFe hierarchy",
      "Planning process completed",
    ]);
  });

  it("shows where the run stands", () => {
    const [done, now, next, off] = ["completed", "inProgress", "pending", "canceled"];
    expect(shown("pending", "read-page")).toEqual([now, next, next, next, next, next, next]);
    expect(shown("processing", "read-page")).toEqual([done, now, next, next, next, next, next]);
    expect(shown("awaiting_input", "propose-plan")).toEqual([done, done, done, done, next, next, next]);
    expect(shown("processing", "apply-items")).toEqual([done, done, done, done, now, next, next]);
    expect(shown("processing", "apply-links")).toEqual([done, done, done, done, done, now, next]);
    expect(shown("failed", "apply-items")).toEqual([done, done, done, done, off, next, next]);
    expect(shown("cancelled", "apply-items")).toEqual([done, done, done, done, off, off, off]);
    expect(shown("completed", "apply-links")).toEqual([done, done, done, done, done, done, done]);
  });
});
