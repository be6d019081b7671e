import type { CoveredBlock } from "../../plan-item.js";
import type { List, ListItem } from "../blocks.js";
import { isDependencyRemark, readDependencySentences } from "../dependency-sentence.js";
import { type Found, kindOf, rankOf } from "../candidate.js";
import type { Head } from "../head.js";
import { addCandidate, addProse, applyField } from "../item-fields.js";
import { takeTrailingValues } from "../trailing-values.js";
import { linesAsBlocks, readLead } from "../lead.js";
import { LISTED, readFields } from "../labelled-line.js";
import type { KindWord } from "../words/words.js";
import { notePart, type Place, type Rule, scopeOf, walkInside, walkQuietly } from "../place.js";
import { linesOf, type RichText, rangeOf } from "../rich-text.js";
import { readSectionMeaning } from "../sections.js";

/** Bullets are items, fields of the item that they stand under, notes, or groups of more bullets. */
export const listTree: Rule = {
  name: "list-tree",
  read(block, place) {
    if (block.kind !== "list" || scopeOf(place).mode !== "items") return null;
    const before = place.page.candidates.length;
    const isUsed = readBullets(block, place);
    return isUsed || place.page.candidates.length > before ? "item" : null;
  },
};

type Bullet = { item: ListItem; first: RichText; rest: RichText[]; head: Head; isEvident: boolean };

function readBullets(list: List, place: Place): boolean {
  const { item: around, groupWord } = scopeOf(place);
  const isInPlan = groupWord !== null || (rankOf(around?.kindWord?.value ?? null) ?? (around ? 2 : 1)) > 1;
  const isCounted =
    isInPlan && list.items.filter((item) => BARE_VALUE.test(firstLine(item).text)).length * 2 > list.items.length;
  const bullets = list.items.map((item) => readBullet(item, place, isCounted));
  if (isLegend(bullets)) return false;
  const isPlan = isGrouped(bullets, groupWord) || isMostlyEvident(bullets, place);
  const uses = bullets.map((bullet): CoveredBlock["use"] => {
    if (bullet.head.isDropped || isStruck(bullet)) return "context";
    if (isDependencyRemark(bullet.first)) {
      place.page.sentences.push(...readDependencySentences(bullet.first));
      return "context";
    }
    const isUsed = isItem(bullet, isPlan)
      ? enterItem(bullet, list, place)
      : readField(bullet, place) || readNote(bullet, list, place);
    return isUsed ? "item" : "unused";
  });
  for (const [index, item] of list.items.entries()) notePart(place, item, uses[index] ?? "unused", "list-tree");
  return uses.includes("item");
}

/** In a list in which most bullets end with a number in brackets, the numbers are estimates. */
const BARE_VALUE = /\(\s*(?:\d{1,3}|[^()]{2,20})\s*\)\s*$/;

function firstLine(item: ListItem): RichText {
  return linesOf(item.text)[0] ?? item.text;
}

function readBullet(item: ListItem, place: Place, isCounted: boolean): Bullet {
  const first = firstLine(item);
  const { rest, ...lead } = readLead(place, item.text);
  const head = isCounted || scopeOf(place).groupWord ? withBareEstimate(lead.head) : lead.head;
  const isInStory = rankOf(scopeOf(place).item?.kindWord?.value ?? null) === 1;
  const isNamed = head.kindWord !== null || head.id !== null;
  const isEvident = head.title.text !== "" && (isNamed || (!isInStory && (head.isValued || head.isSentence)));
  return { item, first, rest, head, isEvident };
}

function withBareEstimate(head: Head): Head {
  if (head.isValued) return head;
  const { rest, storyPoints, isValued } = takeTrailingValues(head.title, null, true);
  return isValued ? { ...head, title: rest, storyPoints, isValued } : head;
}

/** Among bullets under an epic or a feature that are items, the plain ones are items too, unless each of those is called a story or a feature. */
function isMostlyEvident(bullets: Bullet[], place: Place): boolean {
  const { item } = scopeOf(place);
  if (!item || rankOf(item.kindWord?.value ?? null) === 1) return false;
  const evident = bullets.filter((bullet) => bullet.isEvident);
  return (
    evident.length * 2 >= bullets.length &&
    !evident.every(({ head: { kindWord } }) => kindWord && kindOf(kindWord.value) !== "enabler")
  );
}

function isItem({ head, first, isEvident }: Bullet, isPlan: boolean): boolean {
  if (head.title.text === "") return false;
  const isLabelled = readFields(first).length > 0 && !head.kindWord && !head.id;
  return !isLabelled && (isEvident || (isPlan && !isGroup(first)));
}

/** "Epic: a large body of work", "Feature: …", "Story: …": what the words mean. */
function isLegend(bullets: readonly Bullet[]): boolean {
  const words = bullets.map(({ head, item }) =>
    head.id || head.isValued || head.priority || item.blocks.length > 0 ? null : (head.kindWord?.value ?? null),
  );
  return words.length > 2 && words.every((word) => word !== null) && new Set(words).size === words.length;
}

/** Under "Stories" and "Enablers" each bullet is one; under "Features" only if one of them looks like a plan: products have features too. */
function isGrouped(bullets: readonly Bullet[], groupWord: Found<KindWord> | null): boolean {
  if (!groupWord) return false;
  return rankOf(groupWord.value) === 1 || bullets.some(({ isEvident, item }) => isEvident || item.blocks.length > 0);
}

/** "Out of scope", "Enablers": a bullet that says something about those below it. */
function isGroup(line: RichText): boolean {
  const { mode, groupWord, groupPriority } = readSectionMeaning(line);
  return mode === "left-out" || groupWord !== null || groupPriority !== null;
}

/** A struck bullet, even if a remark follows: what is left has nothing of an item. */
function isStruck({ first, item, head }: Bullet): boolean {
  if (first.text === "") return item.text.spans.some((span) => span.mark === "struck");
  return head.isStruckBefore && !head.kindWord && !head.id && !head.isValued && !head.isSentence;
}

function enterItem({ item: bullet, first, rest, head }: Bullet, list: List, place: Place): boolean {
  const end = Math.max(rangeOf(first).end, rangeOf(head.title).end);
  const placed = { range: { start: bullet.range.start, end }, localId: bullet.localId };
  const item = addCandidate(place, "list-tree", list, placed, head);
  walkInside(place, [...linesAsBlocks(rest), ...bullet.blocks], { item, ownsText: true, groupWord: null });
  return true;
}

function readField({ item: bullet, first }: Bullet, place: Place): boolean {
  const { item } = scopeOf(place);
  const fields = readFields(first);
  if (!item || fields.length === 0) return false;
  for (const field of fields) applyField(item, field);
  const last = fields.at(-1);
  const { awaited } = place;
  if (last && LISTED.has(last.label)) {
    place.awaited = { label: last.label, item, taken: 0, isSection: false };
    walkQuietly(place, bullet.blocks);
  }
  place.awaited = awaited;
  return true;
}

/** A plain bullet: a group of bullets, or a note of the item. */
function readNote({ item: bullet, first }: Bullet, list: List, place: Place): boolean {
  const scope = scopeOf(place);
  if (bullet.blocks.length > 0) {
    const { mode, groupWord, groupPriority } = readSectionMeaning(first);
    walkInside(place, bullet.blocks, {
      mode: mode ?? "items",
      groupWord: groupWord ?? scope.groupWord,
      groupPriority: groupPriority ?? scope.groupPriority,
    });
  }
  if (!scope.item || !scope.ownsText || list.items.length === 0 || first.text === "") return false;
  addProse(scope.item, bullet.text);
  return true;
}
