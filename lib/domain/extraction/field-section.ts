import type { Block } from "./blocks.js";
import type { Candidate, Found } from "./candidate.js";
import { fold, titleKey } from "./fold.js";
import { emptyHead, type Head } from "./head.js";
import { ID } from "./ids.js";
import { newCandidate } from "./item-fields.js";
import { LISTED, readFields } from "./labelled-line.js";
import { labels } from "./lexicon.js";
import { type Place, scopeOf } from "./place.js";
import { emptyText, type RichText, rangeOf } from "./rich-text.js";
import type { Label } from "./words/words.js";

/** A heading or panel title that is about one field of one item: "Acceptance criteria", "Acceptance criteria of PAY-7". */
export type FieldSection = { label: Label; item: Candidate };

const OF_ITEM = new RegExp(`^\\s*(?:\\p{L}{1,4}\\s+|[:–—(-]\\s*)?(?<id>${ID})\\s*\\)?$`, "iu");

/** Reads such a title; null for any other. */
export function readFieldSection(place: Place, text: RichText, head: Head): FieldSection | null {
  const { item: around, sectionLabel } = scopeOf(place);
  const [field] = readFields(text);
  if (field && (field.value.text === "" || field.value === text)) return around && { label: field.label, item: around };
  if (head.id && head.kindWord === null) {
    const named = labels.get(fold(head.title.text).replace(/[\s:]+$/, "")) ?? null;
    const label = sectionLabel ?? named;
    return label && LISTED.has(label) ? { label, item: itemCalled(place, head.id) } : null;
  }
  const folded = fold(text.text);
  const found = labels.at(folded);
  const titled = found && LISTED.has(found.meaning) ? itemTitled(place, text.text.slice(found.end)) : undefined;
  if (found && titled) return { label: found.meaning, item: titled };
  const named = found && OF_ITEM.exec(folded.slice(found.end));
  const id = named?.groups?.["id"];
  if (!found || !named || !id) return null;
  const at = found.end + named[0].toUpperCase().indexOf(id.toUpperCase());
  const written = text.text.slice(at, at + id.length);
  return {
    label: found.meaning,
    item: itemCalled(place, { value: written, range: rangeOf(text, at, at + id.length) }),
  };
}

/** The item that a title in quotes names: "Acceptance criteria of “Pay by card”". */
function itemTitled({ page }: Place, text: string): Candidate | undefined {
  const quoted = QUOTED.exec(text)?.[1];
  return quoted ? page.candidates.find(({ title }) => titleKey(title.value) === titleKey(quoted)) : undefined;
}

const QUOTED = /^\s*(?:\p{L}{1,4}\s+|[:–—-]\s*)?[“"«„]\s*([^“"«„»”]{3,150}?)\s*[”"»“]\s*:?$/u;

/** The item with an id; where the page has not introduced it yet, a place for what is said of it. */
export function itemCalled(place: Place, id: Found<string>): Candidate {
  const known = place.page.candidates.find((it) => it.id?.value.toUpperCase() === id.value.toUpperCase());
  if (known) return known;
  const reference = newCandidate(
    { rule: "field-section", structure: nowhere, range: id.range, localId: null },
    { ...emptyHead, id, title: emptyText },
  );
  place.page.candidates.push(reference);
  return reference;
}

const nowhere: Block = { kind: "opaque", name: "", range: { start: 0, end: 0 }, localId: null };
