import type { Block } from "../blocks.js";
import { enter, type Place, type Rule, scopeOf } from "../place.js";
import { announcesLeftOut } from "../sections.js";
import { isNewName } from "./bold-heading.js";
import { BOLD_LEVEL } from "./heading-tree.js";

/** Nothing that stands under "out of scope" is planned; a sentence may announce it as well as a heading. */
export const leftOut: Rule = {
  name: "left-out",
  read(block, place) {
    if (block.kind === "heading" || block.kind === "section") return null;
    if (scopeOf(place).mode === "left-out") return endsLeftOut(block, place) ? null : "context";
    if (block.kind !== "paragraph" || !announcesLeftOut(block.text.text)) return null;
    if (/:\s*\p{L}/u.test(block.text.text) || !block.text.text.includes(":")) return null;
    enter(place, { level: BOLD_LEVEL, mode: "left-out", item: null });
    return "context";
  },
};

/** A bold line that names an item or a section ends what a bold line has left out; a heading is ended by headings alone. */
function endsLeftOut(block: Block, place: Place): boolean {
  if (block.kind !== "paragraph" || scopeOf(place).level !== BOLD_LEVEL || place.scopes.length <= place.floor)
    return false;
  if (!isNewName(block, place)) return false;
  place.scopes.pop();
  return true;
}
