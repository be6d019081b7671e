import { extract } from "../../lib/domain/extraction/extract.js";
import type { ExtractedItem } from "../../lib/domain/plan-item.js";
import { generatedPage } from "./generated-page.js";

const words = "export report quick order status weekly draft alert search partner history limit review form".split(" ");
const plan = (count: number) => extract({ title: "", body: generatedPage(count) }).items;
/** Titles of few words, so that everything resembles everything. */
const wordy = (count: number, shift: number): ExtractedItem[] =>
  plan(count).map((item, at) => {
    const title = [1, 3, 7, 11].map((step) => words[(at * step + shift + Math.floor(at / 14) * step) % words.length]);
    return { ...item, key: `${item.key}-${shift}`, title: title.join(" "), acceptanceCriteria: [] };
  });
const alike = (count: number): ExtractedItem[] =>
  plan(count).map((item, at) => ({
    ...item,
    key: at === 0 ? "tests" : `tests-${at + 1}`,
    title: "Tests",
    parent: null,
  }));

/** Large plans before and after an edit, in the shapes that are hardest to match quickly. */
export const largePlans: Record<string, (count: number) => [ExtractedItem[], ExtractedItem[]]> = {
  "left alone": (count) => [plan(count), plan(count)],
  "every title another, few words": (count) => [wordy(count, 0), wordy(count, 5)],
  "all titles the same, one deleted": (count) => [alike(count), alike(count).slice(1)],
  "from the end to the beginning": (count) => [plan(count), plan(count).toReversed()],
};
