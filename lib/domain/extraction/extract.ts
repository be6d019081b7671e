import type { Extraction, ExtractionWarning } from "../plan-item.js";
import { assemble } from "./assemble.js";
import { readAdf } from "./adf.js";
import { coverPage } from "./coverage.js";
import { readPage } from "./read-page.js";
import { readStorage } from "./storage.js";

/** Far above real pages; what is longer is read up to here. */
const LONGEST_BODY = 2_000_000;

/** How the body of a page is written: `body.storage` or `body.atlas_doc_format` of Confluence's answers. */
export type PageFormat = "storage" | "adf";

/** The SAFe plan that a page describes, in storage format where nothing else is said; a function of the page alone that never throws. */
export function extract(page: { title: string; body: string; format?: PageFormat }): Extraction {
  const body = page.body.slice(0, LONGEST_BODY);
  const blocks = page.format === "adf" ? readAdf(body) : readStorage(body);
  const notes = readPage(blocks);
  const { items, warnings } = assemble(notes);
  const coverage = coverPage(blocks, notes.uses, page.body.length);
  return { items, warnings: page.body.length > LONGEST_BODY ? [truncated, ...warnings] : warnings, coverage };
}

const truncated: ExtractionWarning = {
  code: "page_truncated",
  message: "The page is so long that its end was not read.",
  range: null,
  itemKey: null,
};
