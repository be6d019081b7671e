import { isSameText, mergeText } from "./merge-text.js";
import { isSameList, isSameSet, mergeCriteria, mergeIds } from "./merge-set.js";
import { carryOrder, isSameOrder } from "./carry-order.js";
import type { Merge } from "./merge-result.js";
import {
  type ItemValues,
  type Pair,
  type Policy,
  type Side,
  type Sides,
  type SyncField,
  syncFields,
} from "./values.js";

type FieldValue = ItemValues[SyncField];
/** `base` is what the side that changed said before; where both changed it is the page's, which people know. */
export type FieldConflict = { field: SyncField; page: FieldValue; linear: FieldValue; base: FieldValue };
/** A value that a side had and that the policy did not take. */
export type OverruledValue = { field: SyncField; side: Side; value: FieldValue };
export type ItemMerge = {
  /** What each side is to be given; a field that is not named stays as it is. */
  toPage: Partial<ItemValues>;
  toLinear: Partial<ItemValues>;
  conflicts: FieldConflict[];
  overruled: OverruledValue[];
  /** Fields of which the issue would be given something else, and is not yet. */
  held: SyncField[];
};
export type ItemMergeInput = {
  /** What each side said when it was last in step. */
  before: Sides;
  now: Sides;
  policies: Record<SyncField, Policy>;
  /** When each side was last changed, as far as that is known. */
  changedAt: Record<Side, number | null>;
  /** What a person has decided; it goes before every rule. */
  resolved: Partial<ItemValues>;
  /** Fields of which the issue keeps what it says, because people are asked what our last write of them wrote over. */
  held: readonly SyncField[];
};

/** Instants that are no further apart come from two clocks and say nothing of what was later. */
const CLOCKS_DIFFER_BY_MS = 5 * 60_000;

/** How values of a field are compared, and how each side's change is carried over to the other. */
type FieldRule<T> = {
  isSame: (a: T, b: T) => boolean;
  carry: (before: Pair<T>, now: Pair<T>) => Pair<T> | "conflict";
};
const whole = {
  isSame: (a: unknown, b: unknown) => a === b,
  carry: <T>(before: Pair<T>, now: Pair<T>) => carryWhole(before, now),
};
const inParts = <T>(isSame: FieldRule<T>["isSame"], merge: Merge<T>): FieldRule<T> => ({
  isSame,
  carry: (before, now) => carryParts({ isSame, merge }, before, now),
});
const rules: { [F in SyncField]: FieldRule<ItemValues[F]> } = {
  title: inParts(isSameText, mergeText),
  kind: whole,
  parent: whole,
  description: inParts(isSameText, mergeText),
  storyPoints: whole,
  priority: whole,
  enablerType: whole,
  acceptanceCriteria: inParts(isSameList, mergeCriteria),
  dependsOn: inParts<string[]>(isSameSet, mergeIds),
  order: { isSame: isSameOrder, carry: carryOrder },
};

/** True where two values of a field say the same. A text that nobody knows, which is null, says the same as no other. */
export const isSameValue = (field: SyncField, a: unknown, b: unknown): boolean =>
  a === null || b === null ? a === b : (rules[field] as FieldRule<unknown>).isSame(a, b);

/**
 * Says what the page and the issue of one item are to be given so that both have what either side changed since its own base. Where
 * changes cannot stand together, the field's policy decides or a person is asked. It can be repeated after any of its writes.
 */
export function mergeItem(input: ItemMergeInput): ItemMerge {
  const merge: ItemMerge = { toPage: {}, toLinear: {}, conflicts: [], overruled: [], held: [] };
  for (const field of syncFields) mergeField(field, input, merge);
  return merge;
}

function mergeField<F extends SyncField>(field: F, input: ItemMergeInput, merge: ItemMerge): void {
  const rule: FieldRule<ItemValues[F]> = rules[field];
  const page = input.now.page[field];
  const linear = input.now.linear[field];
  const give = (values: Pair<ItemValues[F]>) => {
    if (!rule.isSame(values.page, page)) merge.toPage[field] = values.page;
    if (rule.isSame(values.linear, linear)) return;
    if (input.held.includes(field)) merge.held.push(field);
    else merge.toLinear[field] = values.linear;
  };
  const decided = input.resolved[field] as ItemValues[F] | undefined;
  if (decided !== undefined) return give({ page: decided, linear: decided });

  const before = { page: input.before.page[field], linear: input.before.linear[field] };
  const carried = carryOver(rule, before, { page, linear });
  if (carried !== "conflict") return give(carried);

  const winner = winnerOf(input.policies[field], input.changedAt);
  if (winner === null) {
    const base = rule.isSame(page, before.page) ? before.linear : before.page;
    merge.conflicts.push({ field, page, linear, base });
    return;
  }
  const taken = winner === "page" ? page : linear;
  const side = winner === "page" ? "linear" : "page";
  merge.overruled.push({ field, side, value: side === "page" ? page : linear });
  give({ page: taken, linear: taken });
}

/**
 * Carries each side's change over to the other, as a change to what the other has: where the bases differ, that difference stays. A result
 * counts only if it is the same from every state in which a run that dies may leave the sides.
 */
function carryOver<T>(rule: FieldRule<T>, before: Pair<T>, now: Pair<T>): Pair<T> | "conflict" {
  const isSame = (a: Pair<T>, b: Pair<T>) => rule.isSame(a.page, b.page) && rule.isSame(a.linear, b.linear);
  const result = rule.carry(before, now);
  if (result === "conflict") return "conflict";
  const halfway = [{ ...now, page: result.page }, { ...now, linear: result.linear }, result];
  const isFoundAgain = (state: Pair<T>) => {
    const again = rule.carry(before, state);
    return again !== "conflict" && isSame(again, result);
  };
  return isSame(result, now) || halfway.every(isFoundAgain) ? result : "conflict";
}

function carryWhole<T>(before: Pair<T>, now: Pair<T>): Pair<T> | "conflict" {
  const isQuiet = { page: now.page === before.page, linear: now.linear === before.linear };
  if (now.page === now.linear || (isQuiet.page && isQuiet.linear)) return now;
  if (isQuiet.page) return { page: now.linear, linear: now.linear };
  return isQuiet.linear ? { page: now.page, linear: now.page } : "conflict";
}

function carryParts<T>(
  { isSame, merge }: { isSame: FieldRule<T>["isSame"]; merge: Merge<T> },
  before: Pair<T>,
  now: Pair<T>,
): Pair<T> | "conflict" {
  const isQuiet = isSame(now.page, before.page) && isSame(now.linear, before.linear);
  if (isSame(now.page, now.linear) || isQuiet) return now;
  const page = merge(before.linear, now.page, now.linear);
  const linear = merge(before.page, now.page, now.linear);
  return page === "conflict" || linear === "conflict" ? "conflict" : { page: page.merged, linear: linear.merged };
}

/** The side with the last word on what cannot be merged, null where a person has it. */
function winnerOf(policy: Policy, changedAt: Record<Side, number | null>): Side | null {
  if (policy === "ask") return null;
  if (policy === "confluence") return "page";
  if (policy === "linear") return "linear";
  const { page, linear } = changedAt;
  if (page === null || linear === null || Math.abs(page - linear) <= CLOCKS_DIFFER_BY_MS) return null;
  return page > linear ? "page" : "linear";
}
