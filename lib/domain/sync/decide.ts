import type { Conflict } from "./conflict.js";
import { bySide, type Decision, edited } from "./read-decision.js";

/** What a program asks for; `value` as a person would write it, or as the number or the lines that it stands for. */
export type Resolution =
  | { strategy: "linear" | "confluence" | "both" }
  | { strategy: "edited"; value: string | number | string[] };

/** The decision that it makes; null where the field cannot have such a value, or cannot hold both. */
export function decide(conflict: Conflict, resolution: Resolution): Decision | null {
  if (resolution.strategy !== "edited") return bySide(conflict, resolution.strategy);
  const written = toWords(conflict.field, resolution.value);
  return written === null ? null : edited(conflict, written);
}

function toWords(field: Conflict["field"], value: string | number | string[]): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "number") return field === "storyPoints" ? String(value) : null;
  return field === "acceptanceCriteria" ? value.join("\n") : null;
}
