import { type Block, textsOf } from "./blocks.js";
import { idPrefixes } from "./ids.js";
import { type PageNotes, type Place, type Rule, scopeOf, type Uses } from "./place.js";
import { awaitedValues } from "./rules/awaited-values.js";
import { blankLine } from "./rules/blank-line.js";
import { boardTable } from "./rules/board-table.js";
import { boldHeading } from "./rules/bold-heading.js";
import { dependencySentences } from "./rules/dependency-sentences.js";
import { dependencyTable } from "./rules/dependency-table.js";
import { fieldTable } from "./rules/field-table.js";
import { fieldLines } from "./rules/field-lines.js";
import { headingTree } from "./rules/heading-tree.js";
import { itemCard } from "./rules/item-card.js";
import { leftOut } from "./rules/left-out.js";
import { listTree } from "./rules/list-tree.js";
import { pageProperties } from "./rules/page-properties.js";
import { storyTable } from "./rules/story-table.js";
import { titledPanel } from "./rules/titled-panel.js";

/** In the order in which they are asked; the first that understands a block has it. */
const rules: readonly Rule[] = [
  blankLine,
  headingTree,
  leftOut,
  pageProperties,
  titledPanel,
  itemCard,
  boldHeading,
  dependencySentences,
  awaitedValues,
  dependencyTable,
  fieldTable,
  storyTable,
  boardTable,
  listTree,
  fieldLines,
];

/** Reads the blocks of a page from top to bottom. */
export function readPage(blocks: readonly Block[]): PageNotes {
  const page: PageNotes = {
    prefixes: idPrefixes(textsOf(blocks)),
    candidates: [],
    sentences: [],
    epic: null,
    uses: new Map(),
    heads: new Map(),
  };
  const place: Place = {
    page,
    scopes: [],
    floor: 0,
    awaited: null,
    isInside: false,
    walk: (inner) => inner.forEach((block) => readBlock(block, place)),
  };
  place.walk(blocks);
  return page;
}

function readBlock(block: Block, place: Place) {
  const under = scopeOf(place).heading;
  for (const rule of rules) {
    const use = rule.read(block, place);
    if (!use) continue;
    // A heading has opened a scope of its own by now; it stands under the one around that.
    const around = block.kind === "heading" ? (place.scopes.at(-2)?.heading ?? null) : under;
    note(place, block, { use, rule: rule.name, under: around });
    return;
  }
  note(place, block, { use: "unused", rule: null, under });
}

function note(place: Place, block: Block, use: NonNullable<ReturnType<Uses["get"]>>) {
  if (!place.isInside && !place.page.uses.has(block)) place.page.uses.set(block, use);
}
