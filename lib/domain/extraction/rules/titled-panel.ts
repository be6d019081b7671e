import { readFieldSection } from "../field-section.js";
import { addCandidate, readHeadAt } from "../item-fields.js";
import { type Rule, type Scope, scopeOf, walkInside, within } from "../place.js";
import { readSectionMeaning } from "../sections.js";

/** Panels and expands are read as if their content stood on the page; a title may introduce an item or say what is inside. */
export const titledPanel: Rule = {
  name: "titled-panel",
  read(block, place) {
    if (block.kind !== "section") return null;
    const around = scopeOf(place);
    const level = around.level;
    if (block.title.text === "" || around.mode === "left-out") {
      const { awaited } = place;
      place.walk(block.blocks);
      place.awaited ??= awaited;
      return "context";
    }
    const head = readHeadAt(place, block.title);
    const field = readFieldSection(place, block.title, head);
    if (field) {
      const { label, item } = field;
      const read = () => {
        if (label !== "description") place.awaited = { label, item, taken: 0, isSection: true };
        place.walk(block.blocks);
      };
      const ownsText = label === "description";
      within(place, { level, heading: block.title.text, item, ownsText, groupWord: null }, read, false);
      return "item";
    }
    if (head.id || (head.kindWord && head.title.text !== "")) {
      const item = addCandidate(place, "titled-panel", block, block, head);
      const mode = item.isDropped ? "left-out" : "items";
      walkInside(
        place,
        block.blocks,
        { level, heading: block.title.text, mode, item, ownsText: true, groupWord: null },
        false,
      );
      return "item";
    }
    const { mode, groupWord, groupPriority } = readSectionMeaning(block.title);
    const change: Partial<Scope> = { level, heading: block.title.text, mode: mode ?? around.mode };
    if (groupWord) change.groupWord = groupWord;
    if (groupPriority) change.groupPriority = groupPriority;
    walkInside(place, block.blocks, change, false);
    return "context";
  },
};
