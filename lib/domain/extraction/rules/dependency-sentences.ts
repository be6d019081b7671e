import { textsOf } from "../blocks.js";
import { isDependencyRemark, readDependencySentences } from "../dependency-sentence.js";
import { type Rule, scopeOf } from "../place.js";
import { emptyText } from "../rich-text.js";

/** A list whose entries say what depends on what is about items, but introduces none. */
export const dependencySentences: Rule = {
  name: "dependency-sentences",
  read(block, place) {
    if (block.kind !== "list" || scopeOf(place).mode === "left-out") return null;
    const sentences = block.items.map((item) =>
      textsOf([{ ...block, items: [item] }]).flatMap(readDependencySentences),
    );
    const isAboutItems = (found: unknown[], index: number) =>
      found.length > 0 || isDependencyRemark(block.items[index]?.text ?? emptyText);
    if (sentences.flat().length === 0 || !sentences.every(isAboutItems)) return null;
    place.page.sentences.push(...sentences.flat());
    return "context";
  },
};
