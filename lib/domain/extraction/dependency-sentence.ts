import { fold } from "./fold.js";
import { ID } from "./ids.js";
import { anyOf, phrasesFor, wordsFor } from "./lexicon.js";
import { type RichText, slice } from "./rich-text.js";

const dependsOn = phrasesFor("dependsOn");
const blocking = phrasesFor("blocks");
const phrase = anyOf(wordsFor("dependsOn"));
const blocks = anyOf(wordsFor("blocks"));
const AND = "(?:\\s*,\\s*(?:and\\s+)?|\\s+(?:and|und|et|y|&|to|bis|à|a)\\s+)(?:(?:on|of|von|de|d'|del|du)\\s*)?";
/** A remark behind an id, such as the team's name. */
const REMARK = "(?:\\s*\\([^()]{1,40}\\))?";
const ON = `(${ID}${REMARK}(?:${AND}${ID}${REMARK}(?![\\p{L}\\p{N}-]|\\s+${phrase}))*)`;
const SENTENCE = new RegExp(
  `(?<![\\p{L}\\p{N}-])(${ID}(?:${AND}${ID}){0,5})${REMARK}\\s+(?:${phrase}|(?<blocks>${blocks}))\\s+${ON}`,
  "giu",
);

const REMARKS = new RegExp(`^${ID}(?:${AND}${ID}){0,5}${REMARK}\\s+(?:${phrase}|${blocks})(?![\\p{L}])`, "iu");

const QUOTED_REMARK = new RegExp(`^[“"«„»][^“"«„»”]{3,150}[”"»“«]\\s+(?:${phrase}|${blocks})(?![\\p{L}])`, "iu");

/** True for a line that says what an item depends on, even where that is nothing on this page. */
export function isDependencyRemark(line: RichText): boolean {
  const folded = fold(line.text);
  return REMARKS.test(folded) || QUOTED_REMARK.test(folded);
}

const NAMES_ITEM = /-[A-Z]{0,3}\d/i;

const QUOTED = new RegExp(
  `[“"«„»]([^“"«„»”]{3,150})[”"»“«]\\s+(?:${phrase}|(?<blocks>${blocks}))\\s+([^.;]{3,300})`,
  "giu",
);

/** “A” depends on “B” and “C”. */
function readQuotedSentences(line: RichText): DependencySentence[] {
  if (!/[“"«„]/.test(line.text)) return [];
  const folded = fold(line.text);
  if (!dependsOn.isIn(folded) && !blocking.isIn(folded)) return [];
  return [...folded.matchAll(QUOTED)].map((match) => {
    const [whole, first = ""] = match;
    const last = match.at(-1) ?? "";
    const end = match.index + whole.length;
    const subject = slice(line, match.index + 1, match.index + 1 + first.length);
    const object = slice(line, end - last.length, end);
    return match.groups?.["blocks"] ? { dependent: object, on: subject } : { dependent: subject, on: object };
  });
}

export type DependencySentence = { dependent: RichText; on: RichText };

/** What a line says in sentences such as "MOB-12 depends on MOB-11". */
export function readDependencySentences(line: RichText): DependencySentence[] {
  if (!NAMES_ITEM.test(line.text)) return readQuotedSentences(line);
  const folded = fold(line.text);
  if (!dependsOn.isIn(folded) && !blocking.isIn(folded)) return [];
  return [...folded.matchAll(SENTENCE)].map((match) => {
    const [whole, first = ""] = match;
    const last = match.at(-1) ?? "";
    const end = match.index + whole.length;
    const subject = slice(line, match.index, match.index + first.length);
    const object = slice(line, end - last.length, end);
    return match.groups?.["blocks"] ? { dependent: object, on: subject } : { dependent: subject, on: object };
  });
}
