import type { Conflict } from "./conflict.js";
import { bySide, type Decision, readValue } from "./read-decision.js";

/** What a program asks for; `value` as a person would write it, or as the number or the lines that it stands for. */
export type Resolution =
  | { strategy: "linear" | "confluence" | "both" }
  | { strategy: "edited"; value: string | number | string[] };

const longestTitle = 255;

/** The decision that it makes; null where the field cannot have such a value, or cannot hold both. */
export function decide(conflict: Conflict, resolution: Resolution): Decision | null {
  if (resolution.strategy !== "edited") {
    const decision = bySide(conflict, resolution.strategy);
    return decision && (conflict.field === "existence" || fits(conflict.field, decision.value)) ? decision : null;
  }
  if (conflict.field === "existence") return null;
  const written = toWords(conflict.field, resolution.value);
  const value = written === null ? undefined : readValue(conflict.field, written);
  return value !== undefined && fits(conflict.field, value)
    ? { conflictId: conflict.id, strategy: "edited", value }
    : null;
}

function toWords(field: Conflict["field"], value: string | number | string[]): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "number") return field === "storyPoints" ? String(value) : null;
  return field === "acceptanceCriteria" ? value.join("\n") : null;
}

/** Of a text that was written over nobody may know what it was: nothing is no text. */
function fits(field: Conflict["field"], value: unknown): boolean {
  if (field === "title") return typeof value === "string" && value !== "" && value.length <= longestTitle;
  if (field === "description") return typeof value === "string";
  return field === "acceptanceCriteria" || field === "dependsOn" || field === "order" ? Array.isArray(value) : true;
}
