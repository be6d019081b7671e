import { escapeParagraph } from "../wording/escape-markdown.js";
import { issueDescription } from "../wording/issue-description.js";
import { align } from "./align.js";
import { asRead, type IssueText, type Part, readIssueText, readParts, type Role, saysSame } from "./issue-text.js";
import { markOf, withText } from "./patch-block.js";

/**
 * The body of an issue changed to say what is wanted. Blocks whose text stays are kept byte for byte, with all that people added to them;
 * what is Linear's own stays beside its neighbours.
 */
export function patchIssueText(markdown: string, values: IssueText, { pageUrl }: { pageUrl: string | null }): string {
  const wanted = asRead(values);
  if (saysSame(readIssueText(markdown), wanted)) return markdown;
  const parts = readParts(markdown);
  const whole = issueDescription(wanted, { pageUrl });
  if (parts.length === 0) return whole;
  const own = parts.filter(({ role }) => role === "own").map(({ start, end }) => markdown.slice(start, end));
  const candidates = [
    edited(markdown, parts, wanted),
    // Where a paragraph goes that stood between the criteria and another list, the two would become one.
    edited(markdown, parts, wanted, withoutMarks),
    // What reads otherwise even so, which strange marks can bring about, is written anew.
    [whole, ...own].filter(Boolean).join("\n\n"),
  ];
  return candidates.find((text) => saysSame(readIssueText(text), wanted)) ?? whole;
}

/** What becomes of a part: its text, null where it goes; what is put before and after it; whether a blank line is to be between it and its neighbours. */
type Edit = { text: string | null; before: string[]; after: string[]; isApart: boolean };

function edited(markdown: string, parts: Part[], wanted: IssueText, finish: typeof withoutMarks = () => {}): string {
  const edits: Edit[] = parts.map(({ start, end }) => ({
    text: markdown.slice(start, end),
    before: [],
    after: [],
    isApart: false,
  }));
  const top = place(parts, edits, "footer");
  const above = place(parts, edits, "title") ?? top;
  editTexts(markdown, parts, edits, "prose", wanted.description.split("\n\n").filter(Boolean), {
    write: (text) => escapeParagraph(text),
    first: place(parts, edits, "enabler") ?? above,
  });
  editEnabler(parts, edits, wanted, above);
  editCriteria(markdown, parts, edits, wanted.acceptanceCriteria, top);
  finish(markdown, parts, edits);
  return assemble(markdown, parts, edits);
}

/** Lists and headings in the description become paragraphs. */
function withoutMarks(markdown: string, parts: Part[], edits: Edit[]): void {
  parts.forEach((part, n) => {
    const edit = edits[n];
    const mark = markOf(markdown, part);
    if (part.role !== "prose" || !edit?.text?.startsWith(mark)) return;
    edit.text = edit.text.slice(mark.length);
    edit.isApart = true;
  });
}

/** Before the first part of a role; null where there is none. */
function place(parts: Part[], edits: Edit[], role: Role): string[] | null {
  return edits[parts.findIndex((part) => part.role === role)]?.before ?? null;
}

type Manner = {
  /** A new text as Markdown, beside one that is there. */
  write: (text: string, neighbour: Part | null) => string;
  /** Where the first one goes; null: to the end. */
  first: string[] | null;
};

function editTexts(markdown: string, parts: Part[], edits: Edit[], role: Role, wanted: string[], manner: Manner) {
  const old = parts.flatMap((part, at) => (part.role === role ? [{ part, at }] : []));
  const pairs = align(
    old.map(({ part }) => part.shown.text),
    wanted,
  );
  const kept = new Set(pairs);
  const moved = wanted.map((text, n) => {
    const from = pairs[n] === null ? old.findIndex(({ part }, at) => !kept.has(at) && part.shown.text === text) : -1;
    if (from >= 0) kept.add(from);
    return old[from]?.part ?? null;
  });
  old.forEach(({ part, at }, n) => {
    const edit = edits[at];
    if (edit && moved.includes(part)) edit.text = null;
    if (!edit || kept.has(n)) return;
    const pictures = part.shown.images.map(({ start, end }) => markdown.slice(start, end)).join(" ");
    edit.text = pictures === "" ? null : pictures;
  });
  wanted.forEach((text, n) => {
    const pair = pairs[n] ?? null;
    const known = pair === null ? undefined : old[pair];
    const edit = known && edits[known.at];
    if (edit && known.part.shown.text !== text) edit.text = withText(markdown, known.part, text);
    if (edit) return;
    const earlier = pairs.slice(0, n).findLast((one) => one !== null) ?? null;
    const later = pairs.slice(n).find((one) => one !== null) ?? null;
    // Where nothing stays, the new ones stand where the first of the old ones stood.
    const beside = old[earlier ?? later ?? 0];
    const target = beside && edits[beside.at];
    const written = again(markdown, moved[n] ?? null) ?? manner.write(text, beside?.part ?? null);
    if (target) (earlier === null ? target.before : target.after).push(written);
    else (manner.first ?? edits.at(-1)?.after)?.push(written);
  });
}

/** What was moved stays as it was, with its box and its bold words; a number is that of another place. */
const again = (markdown: string, part: Part | null): string | null =>
  part && !/\d/.test(markOf(markdown, part)) ? markdown.slice(part.start, part.end) : null;

function editEnabler(parts: Part[], edits: Edit[], { enablerType }: IssueText, first: string[] | null) {
  const at = parts.flatMap(({ role }, n) => (role === "enabler" ? [n] : []));
  const line = enablerType ? issueDescription({ description: "", acceptanceCriteria: [], enablerType }, noPage) : null;
  const [one] = at;
  const edit = one === undefined ? undefined : edits[one];
  const isThere = edit?.text != null && readIssueText(edit.text).enablerType === enablerType;
  if (isThere) return;
  for (const n of at) if (edits[n]) edits[n].text = null;
  if (line === null) return;
  if (edit) edit.text = line;
  else (first ?? edits.at(-1)?.after)?.push(line);
}

const noPage = { pageUrl: null };

function editCriteria(markdown: string, parts: Part[], edits: Edit[], wanted: string[], top: string[] | null) {
  const titles = parts.flatMap(({ role }, n) => (role === "title" ? [n] : []));
  const hasOld = parts.some(({ role }) => role === "criterion");
  if (wanted.length === 0 && hasOld) for (const n of titles) if (edits[n]) edits[n].text = null;
  const title = edits[titles[0] ?? -1]?.after;
  const first = title ?? top ?? edits.at(-1)?.after ?? [];
  if (wanted.length > 0 && !title) first.push("**Acceptance criteria**");
  let number = 0;
  editTexts(markdown, parts, edits, "criterion", wanted, {
    write: (text, neighbour) => {
      const mark = neighbour && markOf(markdown, neighbour);
      const usable = mark && /^\s*(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?$/.test(mark) ? mark : "* ";
      const fresh = usable.replace(/\[[xX]\]/, "[ ]").replace(/\d+/, (digits) => `${Number(digits) + ++number}`);
      return fresh + escapeParagraph(text);
    },
    first,
  });
}

/** Puts the parts together. Where two neighbours of before are neighbours still, what was between them stays too. */
function assemble(markdown: string, parts: Part[], edits: Edit[]): string {
  const pieces = edits.flatMap(({ text, before, after }, n): { text: string; at: number | null }[] => {
    const added = (texts: string[]) => texts.map((one) => ({ text: one, at: null }));
    return [...added(before), ...(text === null ? [] : [{ text, at: n }]), ...added(after)];
  });
  let result = "";
  let last: number | null = -1;
  for (const { text, at } of pieces) {
    const isNext = at !== null && last !== null && at === last + 1;
    const isApart = [edits[at ?? -1], edits[last ?? -1]].some((edit) => edit?.isApart);
    const gap = markdown.slice(parts[at === null ? -1 : at - 1]?.end ?? 0, parts[at ?? -1]?.start ?? 0);
    result += (isNext && !isApart ? gap : result === "" ? "" : "\n\n") + text;
    last = at;
  }
  return last === parts.length - 1 ? result + markdown.slice(parts.at(-1)?.end ?? 0) : result;
}
