/** What people write over a page before they publish it: one draft for all of them, as collaborative editing keeps it. */
import type { Draft, PageVersion, Settings } from "./state.js";

/**
 * The draft after the page itself was written: both are brought together where they changed different places; where they meet, what was
 * published takes the place of what was drafted.
 */
export function draftAfter(
  draft: Draft,
  before: PageVersion,
  published: PageVersion,
  rule: Settings["draftOnUpdate"],
): Draft {
  const body = rule === "merged" ? merge(before.body, draft.body, published.body) : null;
  const title = draft.title === before.title ? published.title : draft.title;
  const kept = body === null ? { title: published.title, body: published.body } : { title, body };
  return { ...draft, ...kept, baseVersion: published.number };
}

/** Null where the two changes meet. */
function merge(base: string, draft: string, published: string): string | null {
  if (draft === base) return published;
  const [ours, theirs] = [changeOf(base, draft), changeOf(base, published)];
  if (ours.to < theirs.from) return published.slice(0, ours.from) + ours.text + published.slice(ours.to);
  const shift = published.length - base.length;
  if (theirs.to < ours.from)
    return published.slice(0, ours.from + shift) + ours.text + published.slice(ours.to + shift);
  return draft === published ? draft : null;
}

/** The one place at which two texts differ. */
function changeOf(base: string, text: string): { from: number; to: number; text: string } {
  const shorter = Math.min(base.length, text.length);
  let from = 0;
  while (from < shorter && base[from] === text[from]) from += 1;
  let tail = 0;
  while (tail < shorter - from && base[base.length - 1 - tail] === text[text.length - 1 - tail]) tail += 1;
  return { from, to: base.length - tail, text: text.slice(from, text.length - tail) };
}
