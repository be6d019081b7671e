import type { Candidate } from "./candidate.js";
import { fold } from "./fold.js";
import type { Head } from "./head.js";
import { ID } from "./ids.js";
import { readFields } from "./labelled-line.js";
import { labels } from "./lexicon.js";
import { type Place, scopeOf } from "./place.js";
import type { RichText } from "./rich-text.js";
import type { Label } from "./words/words.js";

/** A heading or panel title that is about one field of one item: "Acceptance criteria", "Acceptance criteria of PAY-7". */
export type FieldSection = { label: Label; item: Candidate };

const OF_ITEM = new RegExp(`^\\s*(?:\\p{L}{1,4}\\s+|[:–—(-]\\s*)?(?<id>${ID})\\s*\\)?$`, "iu");

/** Reads such a title; null for any other, and where there is no such item. */
export function readFieldSection(place: Place, text: RichText, head: Head): FieldSection | null {
  const around = scopeOf(place).item;
  const [field] = readFields(text);
  if (field && (field.value.text === "" || field.value === text)) return around && { label: field.label, item: around };
  if (head.id && head.kindWord === null) {
    const label = labels.get(fold(head.title.text));
    const item = label && findById(place, head.id.value);
    return item ? { label, item } : null;
  }
  const folded = fold(text.text);
  const found = labels.at(folded);
  const id = found && OF_ITEM.exec(folded.slice(found.end))?.groups?.["id"];
  const item = id && findById(place, id);
  return found && item ? { label: found.meaning, item } : null;
}

function findById({ page }: Place, id: string): Candidate | undefined {
  return page.candidates.find((candidate) => candidate.id?.value.toUpperCase() === id.toUpperCase());
}
