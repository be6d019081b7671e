import { cleanReply } from "../conversation/clean-reply.js";
import { issueTitle } from "../issue-fields.js";
import type { Conflict, Strategy } from "./conflict.js";
import type { SyncField, ItemValues } from "./values.js";

/** What a person decided about one conflict; `value` is what both sides are to say. */
export type Decision = { conflictId: string; strategy: Exclude<Strategy, "agreed">; value: unknown };

const words: Record<"linear" | "confluence" | "both", RegExp> = {
  linear: /^(?:linear(?:['’]s)?|left|links|(?:the )?issue(?:['’]s)?|lo de linear|celui de linear)$/iu,
  confluence: /^(?:(?:the |die |la |le )?(?:page|seite|página|pagina)(?:['’]s)?|confluence(?:['’]s)?|right|rechts)$/iu,
  both: /^(?:both|beide|beides|les deux|ambos|ambas|keep both)$/iu,
};
const leadIn = /^(?:take|use|keep|choose|nimm|behalte|prends|garde|toma|usa|mantén|deja)\s+/iu;
const tail = /\s+(?:for all|please|bitte|für alle|pour tous|para todos|version|value|wert)$/iu;

/**
 * The decisions that a reply to a question about conflicts holds; null where it is not wholly understood, so that nothing is decided on a
 * guess. A button decides all of them, free text all or by number: "1 Linear, 2 page, 3: another text". A text of one's own stands behind a
 * colon or in quotation marks. `asked`: in the order of the question, null for what has been decided since.
 */
export function readDecisions(
  reply: string,
  questionId: string,
  asked: readonly (Conflict | null)[],
): Decision[] | null {
  const open = asked.filter((conflict) => conflict !== null);
  const button = /^resolve-(linear|page)#(\S+)$/.exec(reply.trim());
  if (button) return button[2] === questionId ? all(open, button[1] === "linear" ? "linear" : "confluence") : null;
  const text = cleanReply(reply);
  const numbered = splitByNumber(text);
  if (numbered.length > 0) {
    const decisions = numbered.map(([n, said]) => decide(asked[n - 1] ?? null, said));
    return decisions.every((one) => one !== null) && new Set(numbered.map(([n]) => n)).size === numbered.length
      ? decisions
      : null;
  }
  const strategy = strategyOf(text);
  if (strategy) return all(open, strategy);
  const [only, another] = open;
  if (!only || another) return null;
  const decision = decide(only, quotedIn(reply) ?? "");
  return decision ? [decision] : null;
}

function all(open: readonly Conflict[], strategy: "linear" | "confluence" | "both"): Decision[] | null {
  const decisions = open.map((conflict) => bySide(conflict, strategy));
  return decisions.every((one) => one !== null) ? decisions : null;
}

function strategyOf(said: string): "linear" | "confluence" | "both" | null {
  const bare = said
    .trim()
    .replace(/[.!]+$/u, "")
    .replace(leadIn, "")
    .replace(tail, "")
    .trim();
  return (Object.keys(words) as (keyof typeof words)[]).find((one) => words[one].test(bare)) ?? null;
}

/** "1 Linear, 2: page; 3: some text, with a comma" */
function splitByNumber(text: string): [number, string][] {
  const starts = [...text.matchAll(/(?:^|[,;\n])\s*#?(\d{1,3})\s*(?:[.):=–-]\s*|\s+)(?=\S)/gu)];
  if (starts.length === 0 || text.slice(0, starts[0]?.index).trim() !== "") return [];
  return starts.map((start, n) => [
    Number(start[1]),
    text.slice(start.index + start[0].length, starts[n + 1]?.index ?? text.length).trim(),
  ]);
}

const quotedIn = (text: string): string | null =>
  /^\s*(?:@\S+\s+)*["“„«]([\s\S]+)["”“»]\s*[.!]?\s*$/u.exec(text)?.[1] ?? null;

function decide(conflict: Conflict | null, said: string): Decision | null {
  if (!conflict || said === "") return null;
  const strategy = strategyOf(said);
  return strategy ? bySide(conflict, strategy) : edited(conflict, quotedIn(said) ?? said);
}

/** A side's value, or both where both can stand: one text behind the other, all entries of two lists. Null where the field cannot have it. */
export function bySide(conflict: Conflict, strategy: "linear" | "confluence" | "both"): Decision | null {
  const { id: conflictId, field, linear, page } = conflict;
  if (field === "existence") {
    const values = { linear: linear.value, confluence: page.value, both: null };
    return { conflictId, strategy, value: values[strategy] };
  }
  const values = { linear: linear.value, confluence: page.value, both: union(field, page.value, linear.value) };
  return fits(field, values[strategy]) ? { conflictId, strategy, value: values[strategy] } : null;
}

/** What a person wrote instead; null where the field cannot have it. */
export function edited({ id: conflictId, field }: Conflict, text: string): Decision | null {
  if (field === "existence") return null;
  const value = readValue(field, text);
  const isTooLong = field === "title" && typeof value === "string" && issueTitle(value) !== value;
  return fits(field, value) && !isTooLong ? { conflictId, strategy: "edited", value } : null;
}

/** Of a text that was written over nobody may know what it was: nothing is no text. */
function fits(field: SyncField, value: unknown): boolean {
  if (field === "title") return typeof value === "string" && value !== "";
  if (field === "description") return typeof value === "string";
  return field === "acceptanceCriteria" || field === "dependsOn" || field === "order"
    ? Array.isArray(value)
    : value !== undefined;
}

function union(field: SyncField, page: unknown, linear: unknown): unknown {
  if (field === "order") return undefined;
  if (Array.isArray(page) && Array.isArray(linear)) return [...new Set([...page, ...linear])];
  return field === "description" ? [page, linear].filter(Boolean).join("\n\n") : undefined;
}

const priorities = ["urgent", "high", "medium", "low"];

/** What a person wrote as a value of the field; undefined where it is none. */
export function readValue(field: SyncField, text: string): ItemValues[SyncField] | undefined {
  const words = text.trim();
  switch (field) {
    case "title":
      return words.replace(/\s+/g, " ");
    case "description":
      return words;
    case "acceptanceCriteria":
      return words
        .split(/\n+|;\s+/)
        .map((line) => line.replace(/^[-*•]\s+/, "").trim())
        .filter(Boolean);
    case "storyPoints":
      return /^\d{1,4}(?:[.,]\d)?$/.test(words) ? Number(words.replace(",", ".")) : undefined;
    case "priority":
      return priorities.includes(words.toLowerCase()) ? (words.toLowerCase() as ItemValues["priority"]) : undefined;
    default:
      return undefined;
  }
}
