import { fold } from "./fold.js";
import { anyOf, labels } from "./lexicon.js";
import { type RichText, slice } from "./rich-text.js";
import { isEstimate, isNothing } from "./values.js";
import type { Label } from "./words/words.js";

/** A label and its value: "Story points: 5". The value is empty where it follows in a list. */
export type Field = { label: Label; name: string; value: RichText; line: RichText };

const anyLabel = anyOf([...labels.keys()]);
const STARTS_WITH_LABEL = new RegExp(
  `^(${anyLabel})(?:\\s*\\([^()]{0,40}\\))?(?:\\s*[:=]\\s*|\\s+[–—-]\\s+|\\s*$)`,
  "u",
);
const BOLD_LABEL = new RegExp(`^(${anyLabel})$`, "u");
const NEXT_LABEL = new RegExp(`\\s*[,;|·•]\\s*(?=(?:${anyLabel})\\s*:)|\\s+(?=(?:${anyLabel})\\s*:)`, "gu");
/** Labels whose values may follow as a list. */
export const LISTED: ReadonlySet<Label> = new Set(["criteria", "dependsOn", "blocks", "description"]);

/** The fields of a line: none where it does not begin with a label, several in "Points: 3, Priority: High". */
export function readFields(line: RichText): Field[] {
  const ends = [...fold(line.text).matchAll(NEXT_LABEL)].filter(
    (match) => /[,;|·•]/.test(match[0]) || startsBold(line, match.index + match[0].length),
  );
  const fields: Field[] = [];
  let from = 0;
  for (const end of [...ends, null]) {
    const field = readField(slice(line, from, end?.index));
    if (!field) return fields;
    fields.push(field);
    if (end) from = end.index + end[0].length;
  }
  return fields;
}

function readField(line: RichText): Field | null {
  const folded = fold(line.text);
  const match = STARTS_WITH_LABEL.exec(folded);
  const label = labels.get(match?.[1] ?? "");
  if (match && label) {
    const value = slice(line, match[0].length);
    return value.text !== "" || LISTED.has(label) || match[0].includes(":")
      ? { label, name: match[1] ?? "", value, line }
      : null;
  }
  return readUnseparated(line, folded);
}

/** "size M", and a bold label before a plain value. */
function readUnseparated(line: RichText, folded: string): Field | null {
  const bold = line.spans.find((span) => span.mark === "bold" && span.start === 0);
  const name = BOLD_LABEL.exec(folded.slice(0, bold?.end ?? 0).trim())?.[1];
  const label = labels.get(name ?? "");
  if (bold && name && label && bold.end < line.text.length) return { label, name, value: slice(line, bold.end), line };
  if (isEstimate(line.text) && !isNothing(line.text)) return { label: "points", name: "", value: line, line };
  return null;
}

function startsBold(line: RichText, at: number): boolean {
  return line.spans.some((span) => span.mark === "bold" && span.start === at);
}
