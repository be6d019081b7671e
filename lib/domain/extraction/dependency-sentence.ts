import { fold } from "./fold.js";
import { ID } from "./ids.js";
import { anyOf, wordsFor } from "./lexicon.js";
import { type RichText, slice } from "./rich-text.js";

const phrase = anyOf(wordsFor("dependsOn"));
const AND = "(?:\\s*,\\s*(?:and\\s+)?|\\s+(?:and|und|et|y|&)\\s+)";
const SENTENCE = new RegExp(
  `(?<![\\p{L}\\p{N}-])(${ID})\\s+${phrase}\\s+(${ID}(?:${AND}${ID}(?![\\p{L}\\p{N}-]|\\s+${phrase}))*)`,
  "giu",
);

const NAMES_ITEM = /-[A-Z]{0,3}\d/i;

/** What a line says in sentences such as "MOB-12 depends on MOB-11". */
export function readDependencySentences(line: RichText): { dependent: RichText; on: RichText }[] {
  if (!NAMES_ITEM.test(line.text)) return [];
  return [...fold(line.text).matchAll(SENTENCE)].map((match) => {
    const [whole, dependent = "", on = ""] = match;
    const end = match.index + whole.length;
    return {
      dependent: slice(line, match.index, match.index + dependent.length),
      on: slice(line, end - on.length, end),
    };
  });
}
