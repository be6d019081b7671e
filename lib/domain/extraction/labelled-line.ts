import { fold } from "./fold.js";
import { ID } from "./ids.js";
import { labels } from "./lexicon.js";
import { once } from "./once.js";
import { type RichText, slice } from "./rich-text.js";
import { isEstimate, isNothing } from "./values.js";
import type { Label } from "./words/words.js";

/** A label and its value: "Story points: 5". The value is empty where it follows in a list. */
export type Field = { label: Label; name: string; value: RichText; line: RichText };

const AFTER_LABEL = /(?:\s*#?\d{1,2}(?=\s*:))?(?:\s*\([^()]{0,40}\))?(?:\s*[:=]\s*|\s+[–—-]\s+|\s*$)/y;
const COLON = /\s*:/y;
const BETWEEN_FIELDS = /[,;|·•]/;
/** Labels that need no colon in front of an id: "Needs PAY-7". */
const REFERRING: ReadonlySet<Label> = new Set(["dependsOn", "blocks", "parent"]);
const STARTS_WITH_ID = new RegExp(`^${ID}(?![\\p{L}\\p{N}-])`, "u");
/** Labels whose values may follow as a list. */
export const LISTED: ReadonlySet<Label> = new Set(["criteria", "dependsOn", "blocks", "description"]);

/** The fields of a line: none where it does not begin with a label, several in "Points: 3, Priority: High". */
export const readFields = once((line: RichText): Field[] => {
  const fields: Field[] = [];
  let from = 0;
  for (const next of [...nextLabels(line), null]) {
    const field = readField(slice(line, from, next?.from));
    if (!field) return fields;
    fields.push(field);
    if (next) from = next.label;
  }
  return fields;
});

/** Labels with a colon inside the line, each behind a comma or the like, or bold; `from` is where what parts them begins. */
function nextLabels(line: RichText): { from: number; label: number }[] {
  if (!line.text.includes(":")) return [];
  const folded = fold(line.text);
  return labels.find(folded).flatMap(({ start, end }) => {
    if (start === 0 || !matchAt(COLON, folded, end)) return [];
    let from = start;
    while (from > 0 && /[\s,;|·•]/.test(folded.charAt(from - 1))) from--;
    const isParted = BETWEEN_FIELDS.test(folded.slice(from, start)) || (from < start && startsBold(line, start));
    return isParted ? [{ from, label: start }] : [];
  });
}

/** Emoji in front of a label. */
const DECORATION = /^[\s\p{Extended_Pictographic}\ufe0f\u200d]+(?=\p{L})/u;

function readField(decorated: RichText): Field | null {
  const line = slice(decorated, DECORATION.exec(decorated.text)?.[0].length ?? 0);
  const folded = fold(line.text);
  const found = labels.at(folded);
  const after = found && matchAt(AFTER_LABEL, folded, found.end);
  if (found && after) {
    const value = slice(line, found.end + after[0].length);
    const { phrase: name, meaning: label } = found;
    return value.text !== "" || LISTED.has(label) || after[0].includes(":") ? { label, name, value, line } : null;
  }
  if (found && REFERRING.has(found.meaning)) {
    const value = slice(line, found.end);
    if (STARTS_WITH_ID.test(value.text)) return { label: found.meaning, name: found.phrase, value, line };
  }
  return readUnseparated(line, folded);
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}

/** "size M", and a bold label before a plain value. */
function readUnseparated(line: RichText, folded: string): Field | null {
  const bold = line.spans.find((span) => span.mark === "bold" && span.start === 0);
  const name = folded.slice(0, bold?.end ?? 0).trim();
  const label = labels.get(name);
  if (bold && label && bold.end < line.text.length) return { label, name, value: slice(line, bold.end), line };
  if (isEstimate(line.text) && !isNothing(line.text)) return { label: "points", name: "", value: line, line };
  return null;
}

function startsBold(line: RichText, at: number): boolean {
  return line.spans.some((span) => span.mark === "bold" && span.start === at);
}
