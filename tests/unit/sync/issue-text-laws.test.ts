import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rewriteMarkdown } from "../../../dev/linear/markdown.js";
import { normalizeMarkdown } from "../../../lib/domain/markdown.js";
import { asRead, readIssueText, readParts } from "../../../lib/domain/sync/issue-text.js";
import { patchIssueText } from "../../../lib/domain/sync/patch-issue-text.js";
import { issueDescription } from "../../../lib/domain/wording/issue-description.js";
import { issueText, markdown, pageUrl, tidyMarkdown } from "./issue-markdown.js";

const runs = { numRuns: Number(process.env["LAW_RUNS"] ?? 500) };

describe("the text of an issue", () => {
  it("is read as it was written, also after Linear has rewritten it", () => {
    fc.assert(
      fc.property(issueText, (fields) => {
        const written = issueDescription(fields, { pageUrl });
        expect(readIssueText(written)).toEqual(asRead(fields));
        expect(readIssueText(rewriteMarkdown(written))).toEqual(asRead(fields));
      }),
      runs,
    );
  });

  it("says what is wanted once it is patched, whatever people have written", () => {
    fc.assert(
      fc.property(markdown, issueText, (text, wanted) => {
        const patched = patchIssueText(text, wanted, { pageUrl });
        expect(readIssueText(patched)).toEqual(asRead(wanted));
        expect(patchIssueText(patched, wanted, { pageUrl })).toBe(patched);
      }),
      runs,
    );
  });

  it("stays as it is where nothing else is wanted", () => {
    fc.assert(
      fc.property(markdown, (text) => {
        expect(patchIssueText(text, readIssueText(text), { pageUrl })).toBe(text);
      }),
      runs,
    );
  });

  it("reads the same after Linear has rewritten what was patched", () => {
    fc.assert(
      fc.property(markdown, issueText, (text, wanted) => {
        const stored = rewriteMarkdown(text);
        const patched = patchIssueText(stored, wanted, { pageUrl });
        expect(normalizeMarkdown(rewriteMarkdown(patched))).toBe(normalizeMarkdown(patched));
        expect(readIssueText(rewriteMarkdown(patched))).toEqual(asRead(wanted));
      }),
      runs,
    );
  });

  it("keeps Linear's own blocks and all pictures, and where only the description changes the criteria to the letter", () => {
    fc.assert(
      fc.property(tidyMarkdown, issueText, (text, wanted) => {
        const now = readIssueText(text);
        // As the title that people may give a list in the description this text is written anew.
        const description = wanted.description.replaceAll("Acceptance criteria", "Criteria of theirs");
        const patched = patchIssueText(text, { ...now, description }, { pageUrl });
        const parts = readParts(text);
        const kept = parts.filter(({ role }) => role === "own" || role === "criterion");
        for (const { start, end } of kept) expect(patched).toContain(text.slice(start, end));
        for (const { start, end } of parts.flatMap(({ shown }) => shown.images))
          expect(patched).toContain(text.slice(start, end));
      }),
      runs,
    );
  });
});
