import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findPageAddresses, readPageAddress, readTinyCode, toTinyCode } from "../../lib/domain/page-address.js";

const cloud = "https://acme.atlassian.net";
const page = (pageId: string) => ({ kind: "page", pageId });
const title = (spaceKey: string, text: string) => ({ kind: "title", spaceKey, title: text });
const home = (spaceKey: string) => ({ kind: "space_home", spaceKey });
const unsupported = (what: string) => ({ kind: "unsupported", what });

describe("readPageAddress", () => {
  it.each([
    // [URL, base path, space key, target]
    [`${cloud}/wiki/spaces/PLAN/pages/123`, "/wiki", "PLAN", page("123")],
    [`${cloud}/wiki/spaces/PLAN/pages/123/PI+Planning+%28Q3%29`, "/wiki", "PLAN", page("123")],
    [`${cloud}/wiki/spaces/PLAN/pages/123/`, "/wiki", "PLAN", page("123")],
    [`${cloud}/wiki/spaces/PLAN/pages/123/T?focusedCommentId=9&atlOrigin=x&src=y#anchor`, "/wiki", "PLAN", page("123")],
    [`${cloud}/wiki/spaces/PLAN/pages/9007199254740993`, "/wiki", "PLAN", page("9007199254740993")],
    [`${cloud}/wiki/spaces/PLAN/pages/edit-v2/123`, "/wiki", "PLAN", page("123")],
    [`${cloud}/wiki/spaces/PLAN/pages/edit/123`, "/wiki", "PLAN", page("123")],
    [`${cloud}/wiki/spaces/PLAN/pages/edit-v2/123?draftShareId=0c3`, "/wiki", "PLAN", page("123")],
    [`${cloud}/wiki/spaces/PLAN/edit-v2/123`, "/wiki", "PLAN", page("123")],
    [`${cloud}/wiki/edit-v2/123?draftShareId=0c3`, "/wiki", null, page("123")],
    [`${cloud}/wiki/pages/edit-v2/123`, "/wiki", null, page("123")],
    [`${cloud}/wiki/pages/resumedraft.action?draftId=123`, "/wiki", null, page("123")],
    [`${cloud}/wiki/spaces/PLAN/pages/resumedraft.action?draftId=123`, "/wiki", "PLAN", page("123")],
    [`${cloud}/wiki/pages/viewpage.action?pageId=123`, "/wiki", null, page("123")],
    [`${cloud}/wiki/pages/viewpage.action?spaceKey=PLAN&pageId=123`, "/wiki", "PLAN", page("123")],
    [`${cloud}/wiki/pages/viewpreviousversions.action?pageId=123`, "/wiki", null, page("123")],
    [`${cloud}/wiki/pages/editpage.action?pageId=123`, "/wiki", null, page("123")],
    [`${cloud}/wiki/pages/diffpagesbyversion.action?pageId=123&selectedPageVersions=2`, "/wiki", null, page("123")],
    [`${cloud}/wiki/pages/viewpage.action?spaceKey=PLAN&title=A+%26+B`, "/wiki", "PLAN", title("PLAN", "A & B")],
    [`${cloud}/wiki/x/OAAI`, "/wiki", null, page("524344")],
    [`${cloud}/x/N4CIO`, "", null, page("948469815")],
    [`${cloud}/wiki/x/KIMfTQE`, "/wiki", null, page("5588878120")],
    [`${cloud}/wiki/display/PLAN/PI+Planning`, "/wiki", "PLAN", title("PLAN", "PI Planning")],
    [`${cloud}/display/PLAN/1%2B1%20%C3%BC`, "", "PLAN", title("PLAN", "1+1 ü")],
    [`${cloud}/wiki/display/PLAN/100%`, "/wiki", "PLAN", title("PLAN", "100%")],
    [`${cloud}/wiki/display/PLAN`, "/wiki", "PLAN", home("PLAN")],
    [`${cloud}/wiki/display/PLAN/2026/01/31/News`, "/wiki", "PLAN", unsupported("blog post")],
    [`${cloud}/wiki/spaces/PLAN/blog/2026/01/31/123/News`, "/wiki", "PLAN", unsupported("blog post")],
    [`${cloud}/wiki/spaces/PLAN/whiteboard/123`, "/wiki", "PLAN", unsupported("whiteboard")],
    [`${cloud}/wiki/spaces/PLAN/database/123`, "/wiki", "PLAN", unsupported("database")],
    [`${cloud}/wiki/spaces/PLAN/folder/123`, "/wiki", "PLAN", unsupported("folder")],
    [`${cloud}/wiki/spaces/PLAN/embed/123`, "/wiki", "PLAN", unsupported("embed")],
    [`${cloud}/wiki/spaces/PLAN/overview`, "/wiki", "PLAN", home("PLAN")],
    [`${cloud}/wiki/spaces/PLAN`, "/wiki", "PLAN", home("PLAN")],
    [`${cloud}/wiki/spaces/viewspace.action?key=PLAN`, "/wiki", "PLAN", home("PLAN")],
    [`${cloud}/wiki/spaces/~712020%3A0a-1b/pages/123/T`, "/wiki", "~712020:0a-1b", page("123")],
    [`${cloud}/wiki/spaces/~5f1/overview?homepageId=7`, "/wiki", "~5f1", home("~5f1")],
    ["https://wiki.corp.example/spaces/PLAN/pages/123/T", "", "PLAN", page("123")],
    ["https://corp.example:8443/confluence/spaces/PLAN/pages/123/T", "/confluence", "PLAN", page("123")],
    ["https://corp.example/confluence/pages/viewpage.action?pageId=123", "/confluence", null, page("123")],
    ["https://corp.example/a/b/display/~ada.l/My+Plan", "/a/b", "~ada.l", title("~ada.l", "My Plan")],
    ["https://corp.example/confluence/x/OAAI", "/confluence", null, page("524344")],
    ["http://localhost:3000/confluence/wiki/spaces/PLAN/pages/123/T", "/confluence/wiki", "PLAN", page("123")],
  ])("reads %s", (url, basePath, spaceKey, target) => {
    const { host } = new URL(url);
    expect(readPageAddress(url)).toEqual({ url, host, basePath, spaceKey, target });
  });

  it.each([
    "",
    "PLAN",
    "/wiki/spaces/PLAN/pages/123",
    "ftp://acme.atlassian.net/wiki/spaces/PLAN/pages/123",
    "javascript:alert(1)//wiki/spaces/PLAN/pages/123",
    "https://acme.atlassian.net/",
    "https://acme.atlassian.net/wiki",
    "https://acme.atlassian.net/wiki/home",
    "https://acme.atlassian.net/wiki/spaces",
    "https://acme.atlassian.net/wiki/spaces/PLAN/pages",
    "https://acme.atlassian.net/wiki/spaces/PLAN/pages/abc",
    "https://acme.atlassian.net/wiki/spaces/PLAN/pages/0123",
    "https://acme.atlassian.net/wiki/spaces/PLAN/pages/99999999999999999999",
    "https://acme.atlassian.net/wiki/spaces/PLAN/calendars",
    "https://acme.atlassian.net/wiki/pages/viewpage.action?title=T",
    "https://acme.atlassian.net/wiki/pages/viewpage.action?pageId=1%20or%201",
    "https://acme.atlassian.net/wiki/x/OAA=",
    "https://acme.atlassian.net/wiki/x/AAAA",
    "https://acme.atlassian.net/wiki/x/OAAIAA",
    "https://linear.app/acme/issue/ENG-12/edit-the-plan",
    "https://example.com/edit/123",
    "https://github.com/acme/app/pages/123",
  ])("takes %j for no page", (url) => {
    expect(readPageAddress(url)).toBeNull();
  });

  it("writes the host in lower case and keeps its port", () => {
    expect(readPageAddress("HTTPS://ACME.Example:8443/x/OAAI")?.host).toBe("acme.example:8443");
  });

  it("never throws", () => {
    const piece = fc.constantFrom(
      "wiki",
      "spaces",
      "pages",
      "display",
      "x",
      "edit-v2",
      "%",
      "~",
      "..",
      "?pageId=",
      "#",
    );
    const path = fc.array(fc.oneof(piece, fc.string({ unit: "binary" })), { maxLength: 8 });
    const url = path.map((parts) => `https://acme.example/${parts.join("/")}`);
    fc.assert(
      fc.property(fc.oneof(url, fc.string({ unit: "binary" })), (text) => {
        const address = readPageAddress(text);
        expect(address === null || address.host !== "").toBe(true);
        expect(Array.isArray(findPageAddresses(text))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("tiny links", () => {
  it.each([
    ["OAAI", "524344"],
    ["N4CIO", "948469815"],
    ["KIMfTQE", "5588878120"],
  ])("are %s for page %s", (code, pageId) => {
    expect(toTinyCode(pageId)).toBe(code);
    expect(readTinyCode(code)).toBe(pageId);
  });

  it("give back every page id", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: (1n << 63n) - 1n }), (id) => {
        expect(readTinyCode(toTinyCode(String(id)))).toBe(String(id));
      }),
    );
  });

  it("are read only where Confluence would have written them so", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/), (code) => {
        const pageId = readTinyCode(code);
        expect(pageId === null || toTinyCode(pageId) === code).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("findPageAddresses", () => {
  const urls = (text: string) => findPageAddresses(text).map((address) => address.url);
  const plan = `${cloud}/wiki/spaces/PLAN/pages/123/Plan`;
  const other = `${cloud}/wiki/spaces/PLAN/pages/456`;

  it.each([
    [`Please plan ${plan}.`, [plan]],
    [`${plan}, ${other}!`, [plan, other]],
    [`(see ${plan})`, [plan]],
    [`<${plan}>`, [plan]],
    [`[the plan](${plan})`, [plan]],
    [`[the plan](${plan} "Plan")`, [plan]],
    [`[${plan}](${plan})`, [plan]],
    [`"${plan}" and '${other}'`, [plan, other]],
    [`**${plan}** _${other}_`, [plan, other]],
    [`<a href="${plan}">plan</a>`, [plan]],
    [`@agent ${plan}\n${other}?`, [plan, other]],
    [`${plan}_(Q3)`, [`${plan}_(Q3)`]],
    [`[Q3](${plan}_(Q3))`, [`${plan}_(Q3)`]],
    [`${cloud}/wiki/x/KIMfTQE; thanks`, [`${cloud}/wiki/x/KIMfTQE`]],
    [
      `${cloud}/wiki/pages/viewpage.action?spaceKey=PLAN&amp;title=Q3`,
      [`${cloud}/wiki/pages/viewpage.action?spaceKey=PLAN&title=Q3`],
    ],
    [`https://linear.app/acme/issue/ENG-12 and ${plan}`, [plan]],
    ["no link here", []],
  ])("finds the pages of %j", (text, expected) => {
    expect(urls(text)).toEqual(expected);
  });

  it("names a page once, however its links are written", () => {
    const links = [
      `${cloud}/wiki/spaces/PLAN/pages/524344/Plan`,
      `${cloud}/wiki/x/OAAI`,
      `${cloud}/x/OAAI`,
      `${cloud}/wiki/pages/viewpage.action?pageId=524344#top`,
    ];
    expect(urls(links.join(" "))).toEqual([links[0]]);
  });

  it("reads a megabyte of anything that looks like a URL", () => {
    for (const piece of ["/display/a", ".", ")", "(", "https://", "\\_", "%", "+"])
      expect(urls(`https://acme.example/${piece.repeat(1_000_000 / piece.length)} ${plan}`)).toEqual([plan]);
  });

  it("keeps pages of two sites apart, though their ids are equal", () => {
    expect(urls(`${cloud}/x/OAAI https://other.example/x/OAAI`)).toHaveLength(2);
  });
});
