import type { PlanItemId } from "../ids.js";
import type { SyncField } from "./values.js";

/** What a conflict is about: a field of an item, or whether there is to be such an item at all. */
export type ConflictField = SyncField | "existence";

/**
 * `both_changed`: both sides changed the field. `overwritten`: somebody changed the issue between our read and our write, so their value stands
 * nowhere any more. `gone`: one side threw the item away. `restored`: somebody has taken an earlier decision back, after it was written; the
 * values are those of then, and neither of them need stand anywhere now.
 */
export type ConflictKind = "both_changed" | "overwritten" | "gone" | "restored";

/** Who was right: a side, both, or what a person wrote instead; `agreed`: the sides came to say the same by themselves. */
export type Strategy = "linear" | "confluence" | "both" | "edited" | "agreed";

/** A value with who wrote it and when, as far as the side says. */
export type ChangeOf = { value: unknown; author: string | null; at: string | null };

/** A question to people about one field of one item; until it is decided nobody writes that field. */
export type Conflict = {
  id: string;
  itemId: PlanItemId;
  field: ConflictField;
  kind: ConflictKind;
  base: unknown;
  linear: ChangeOf;
  page: ChangeOf;
  /** Null while it is open. */
  decision: { strategy: Strategy; value: unknown; by: string | null } | null;
};

/** What stands for an item that a side has, and has not. */
export const present = "present";
export const gone = "gone";

/** True where people are asked about a description that was written over, and nobody knows yet what it was. */
export const isUntold = ({ kind, field, decision, linear }: Conflict): boolean =>
  kind === "overwritten" && field === "description" && decision === null && linear.value === null;
