import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ExtractionWarning } from "../../../lib/domain/plan-item.js";
import { outline } from "./outline.js";

const guide = readFileSync("docs/extraction.md", "utf8");
const reading = readFileSync("lib/domain/extraction/read-page.ts", "utf8");

describe("docs/extraction.md", () => {
  it("lists the rules in the order in which they are asked", () => {
    const [, list = ""] = /const rules: readonly Rule\[\] = \[([^\]]*)\]/.exec(reading) ?? [];
    const asked = [...list.matchAll(/(\w+),/g)].map(([, name = ""]) =>
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    );
    const listed = [
      ...guide.matchAll(/^\| `([a-z-]+)` \| (?!.*(?:estimate in points|on this page|wait for|one id))/gm),
    ].map(([, name = ""]) => name);
    expect(asked.length).toBeGreaterThan(10);
    expect(listed).toEqual(asked);
    expect(readdirSync("lib/domain/extraction/rules").sort()).toEqual(asked.map((name) => `${name}.ts`).sort());
  });

  it("lists every warning", () => {
    const codes: Record<ExtractionWarning["code"], true> = {
      estimate_not_understood: true,
      unknown_dependency: true,
      dependency_cycle: true,
      duplicate_id: true,
      story_without_criteria: true,
      parent_not_found: true,
      page_truncated: true,
    };
    for (const code of Object.keys(codes)) expect(guide).toContain(`| \`${code}\` |`);
  });
});

/** The page to copy, as Confluence stores what its editor makes of it. */
function storageOf(markdown: string): string {
  const cell = (text: string) =>
    text.startsWith("•")
      ? `<ul>${text
          .split("•")
          .slice(1)
          .map((entry) => `<li><p>${entry.trim()}</p></li>`)
          .join("")}</ul>`
      : `<p>${text}</p>`;
  const row = (line: string, tag: string) =>
    `<tr>${line
      .split("|")
      .slice(1, -1)
      .map((text) => `<${tag}>${cell(text.trim())}</${tag}>`)
      .join("")}</tr>`;
  const lines = markdown.split("\n").map((line) => line.replace(/^> ?/, ""));
  const rows = lines.filter((line) => line.startsWith("|") && !line.startsWith("| ---"));
  return lines
    .map((line) => {
      if (line.startsWith("## ")) return `<h2>${line.slice(3)}</h2>`;
      if (line.startsWith("# ")) return `<h1>${line.slice(2)}</h1>`;
      if (line.startsWith("- ")) return `<ul><li><p>${line.slice(2)}</p></li></ul>`;
      if (line === rows[0])
        return `<table><tbody>${rows.map((it, i) => row(it, i === 0 ? "th" : "td")).join("")}</tbody></table>`;
      return line === "" || line.startsWith("|") ? "" : `<p>${line}</p>`;
    })
    .join("");
}

describe("docs/writing-plans.md", () => {
  it("has a page to copy that is read perfectly", () => {
    const page =
      readFileSync("docs/writing-plans.md", "utf8").split("## A page to copy")[1]?.split("## Left out")[0] ?? "";
    const quoted = page.split("\n").filter((line) => line.startsWith(">"));
    expect(outline(storageOf(quoted.join("\n")))).toEqual([
      'epic SHOP-1 "Checkout that does not lose people" | high',
      'feature SHOP-10 "Pay without an account" < SHOP-1',
      'story SHOP-11 "As a guest, I want to pay with my e-mail address only, so that I am done quickly." < SHOP-10 | 5 high | The address is asked once; A wrong address can be mended | needs SHOP-13',
      'story SHOP-12 "Keep the basket for 30 days" < SHOP-10 | 3 medium | The link in the mail opens the basket | needs SHOP-11',
      'enabler SHOP-13 "Test payments in staging" < SHOP-10 | 2 high infrastructure | All four cards can be tried',
    ]);
  });
});
