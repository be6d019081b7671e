import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { rewriteMarkdown } from "../../../dev/linear/markdown.js";
import { extract } from "../../../lib/domain/extraction/extract.js";
import { normalizeMarkdown } from "../../../lib/domain/markdown.js";
import { issueDescription } from "../../../lib/domain/wording/issue-description.js";

const pageUrl = "https://acme.atlassian.net/wiki/spaces/ENG/pages/42/Plan";
const pages = readdirSync("tests/fixtures/planning").filter((name) => name.endsWith(".html"));

describe("the description of an issue", () => {
  it("holds paragraphs, an enabler's type, criteria as a loose list, and the link to the page", () => {
    const item = {
      description: "As a user, I want topics.\n\nHypothesis: fewer calls.",
      acceptanceCriteria: ["Sorted by name", "Under 2 s"],
      enablerType: "architecture" as const,
    };
    expect(issueDescription(item, { pageUrl })).toBe(
      [
        "As a user, I want topics.",
        "Hypothesis: fewer calls.",
        "**Enabler type:** Architecture",
        "**Acceptance criteria**",
        "* Sorted by name",
        "* Under 2 s",
        `From the [planning page](<${pageUrl}>)`,
      ].join("\n\n"),
    );
  });

  it("is empty where there is nothing to say", () => {
    expect(
      issueDescription({ description: " \n", acceptanceCriteria: [" "], enablerType: null }, { pageUrl: null }),
    ).toBe("");
  });

  it("lets nothing of the page out of its place", () => {
    const text = issueDescription(
      { description: "+++ x\n# y\n@anna [a](b)", acceptanceCriteria: ["one\n\n# two", "- three"], enablerType: null },
      { pageUrl: "https://a.example/x> [b](c" },
    );
    expect(text).toContain("\\+++ x\n\n\\# y\n\n@\u2060anna \\[a\\](b)");
    expect(text).toContain("* one # two\n\n* \\- three");
    expect(text).toContain("(<https://a.example/x%3E%20[b](c>)");
    expect(
      issueDescription(
        { description: "", acceptanceCriteria: [], enablerType: null },
        { pageUrl: "javascript:alert(1)" },
      ),
    ).toBe("");
  });

  it.each(pages)("comes back from Linear as it was, for each item of %s", (name) => {
    const { items } = extract({ title: name, body: readFileSync(`tests/fixtures/planning/${name}`, "utf8") });
    const descriptions = items.map((item) => issueDescription(item, { pageUrl }));
    expect(descriptions.map((text) => normalizeMarkdown(rewriteMarkdown(text)))).toEqual(
      descriptions.map(normalizeMarkdown),
    );
  });
});
