import { enter, type Rule, scopeOf } from "../place.js";
import { announcesLeftOut } from "../sections.js";
import { BOLD_LEVEL } from "./heading-tree.js";

/** Nothing that stands under "out of scope" is planned; a sentence may announce it as well as a heading. */
export const leftOut: Rule = {
  name: "left-out",
  read(block, place) {
    if (block.kind === "heading" || block.kind === "section") return null;
    if (scopeOf(place).mode === "left-out") return "context";
    if (block.kind !== "paragraph" || !announcesLeftOut(block.text.text)) return null;
    if (/:\s*\p{L}/u.test(block.text.text) || !block.text.text.includes(":")) return null;
    enter(place, { level: BOLD_LEVEL, mode: "left-out", item: null });
    return "context";
  },
};
