import { fold } from "./fold.js";
import { ID } from "./ids.js";
import { and, anyOf, blocksPhrases, dependsOnPhrases, wordsFor } from "./lexicon.js";
import { type RichText, slice } from "./rich-text.js";

const phrase = anyOf(wordsFor("dependsOn"));
const blocks = anyOf(wordsFor("blocks"));
const to = anyOf(wordsFor("to"));
const AND = `(?:\\s*,\\s*(?:${and}\\s+)?|\\s+(?:${and}|${to})\\s+)(?:${anyOf(wordsFor("of"))}\\s*)?`;
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
  if (!dependsOnPhrases.isIn(folded) && !blocksPhrases.isIn(folded)) return [];
  return [...folded.matchAll(QUOTED)].map((match) => toSentence(match, match.index + 1, line));
}

/** The first group of a match, which begins at `start`, names one item, the last one what it depends on or blocks. */
function toSentence(match: RegExpExecArray, start: number, line: RichText): DependencySentence {
  const [whole, first = ""] = match;
  const end = match.index + whole.length;
  const subject = slice(line, start, start + first.length);
  const object = slice(line, end - (match.at(-1)?.length ?? 0), end);
  return match.groups?.["blocks"] ? { dependent: object, on: subject } : { dependent: subject, on: object };
}

export type DependencySentence = { dependent: RichText; on: RichText };

/** What a line says in sentences such as "MOB-12 depends on MOB-11". */
export function readDependencySentences(line: RichText): DependencySentence[] {
  if (!NAMES_ITEM.test(line.text)) return readQuotedSentences(line);
  const folded = fold(line.text);
  if (!dependsOnPhrases.isIn(folded) && !blocksPhrases.isIn(folded)) return [];
  return [...folded.matchAll(SENTENCE)].map((match) => toSentence(match, match.index, line));
}
