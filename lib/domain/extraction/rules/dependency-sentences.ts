import { textsOf } from "../blocks.js";
import { readDependencySentences } from "../dependency-sentence.js";
import { type Rule, scopeOf } from "../place.js";

/** A list whose entries say what depends on what is about items, but introduces none. */
export const dependencySentences: Rule = {
  name: "dependency-sentences",
  read(block, place) {
    if (block.kind !== "list" || scopeOf(place).mode === "left-out") return null;
    const sentences = block.items.map((item) =>
      textsOf([{ ...block, items: [item] }]).flatMap(readDependencySentences),
    );
    if (sentences.length === 0 || sentences.some((found) => found.length === 0)) return null;
    place.page.sentences.push(...sentences.flat());
    return "context";
  },
};
