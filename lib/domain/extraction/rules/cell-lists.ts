import { type Rule, scopeOf, walkInside } from "../place.js";

/** A table that is only a frame, such as one column per iteration: its cells may hold lists of items. */
export const cellLists: Rule = {
  name: "cell-lists",
  read(block, place) {
    if (block.kind !== "table" || scopeOf(place).mode !== "items") return null;
    const before = place.page.candidates.length;
    for (const row of block.rows)
      for (const cell of new Set(row.cells)) {
        const lists = cell.blocks.filter((inner) => inner.kind === "list" || inner.kind === "table");
        if (lists.length > 0) walkInside(place, lists, {});
      }
    return place.page.candidates.length > before ? "item" : null;
  },
};
