import type { Extraction, ExtractionWarning } from "../plan-item.js";
import { assemble, type Draft } from "./assemble.js";
import { readAdf } from "./adf.js";
import type { Block } from "./blocks.js";
import { coverPage } from "./coverage.js";
import { readPage } from "./read-page.js";
import { readStorage } from "./storage.js";

/** Far above real pages; what is longer is read up to here. */
const LONGEST_BODY = 2_000_000;

/** How the body of a page is written: `body.storage` or `body.atlas_doc_format` of Confluence's answers. */
export type PageFormat = "storage" | "adf";

export type Page = { title: string; body: string; format?: PageFormat };

/** An extraction with all that it was made of: the blocks of the page, and each item's sightings on it. */
export type Reading = { extraction: Extraction; blocks: Block[]; drafts: Draft[] };

/** The SAFe plan that a page describes, in storage format where nothing else is said; a function of the page alone that never throws. */
export function extract(page: Page): Extraction {
  return readPlan(page).extraction;
}

/** The same, for whoever is to edit the page and has to know where each value stands, how often, and in which form. */
export function readPlan(page: Page): Reading {
  const body = page.body.slice(0, LONGEST_BODY);
  const blocks = page.format === "adf" ? readAdf(body) : readStorage(body);
  const notes = readPage(blocks);
  const { drafts, warnings } = assemble(notes);
  const extraction = {
    items: drafts.map(({ item }) => item),
    warnings: page.body.length > LONGEST_BODY ? [truncated, ...warnings] : warnings,
    coverage: coverPage(blocks, notes.uses, page.body.length),
  };
  return { extraction, blocks, drafts };
}

const truncated: ExtractionWarning = {
  code: "page_truncated",
  message: "The page is so long that its end was not read.",
  range: null,
  itemKey: null,
};
