import { fold } from "../extraction/fold.js";
import { labels } from "../extraction/lexicon.js";
import { readOnlyEnablerType } from "../extraction/values.js";
import type { EnablerType } from "../plan-item.js";
import { type Block, readBlocks } from "./markdown-blocks.js";
import { type Range, readInline, type Shown } from "./markdown-inline.js";
import { plainLine, plainLines } from "./plain-text.js";

/** What the body of an issue says of an item. */
export type IssueText = { description: string; acceptanceCriteria: string[]; enablerType: EnablerType | null };

/** What a block of an issue's body is there for: `own` is Linear's own or shows no text, `title` stands above the criteria. */
export type Role = "prose" | "enabler" | "title" | "criterion" | "footer" | "own";
/** A block with its text and its role. */
export type Part = Range & { kind: Block["kind"]; lines: Range[]; shown: Shown; role: Role };

/** Reads the body of an issue, also after Linear has rewritten it and people have edited it. What is Linear's own is not read. */
export function readIssueText(markdown: string): IssueText {
  const parts = readParts(markdown);
  const textsOf = (role: Role) => parts.filter((part) => part.role === role).map((part) => part.shown.text);
  const [enabler] = textsOf("enabler");
  return {
    description: textsOf("prose").join("\n\n"),
    acceptanceCriteria: textsOf("criterion"),
    enablerType: enabler === undefined ? null : readOnlyEnablerType(afterLabel(enabler)),
  };
}

/** The same values in the form in which they are read back. */
export function asRead({ description, acceptanceCriteria, enablerType }: IssueText): IssueText {
  return {
    description: plainLines(description).join("\n\n"),
    acceptanceCriteria: acceptanceCriteria.map(plainLine).filter(Boolean),
    enablerType,
  };
}

/** True where both say the same of an item. */
export function saysSame(one: IssueText, other: IssueText): boolean {
  return (
    one.description === other.description &&
    one.enablerType === other.enablerType &&
    one.acceptanceCriteria.length === other.acceptanceCriteria.length &&
    one.acceptanceCriteria.every((criterion, n) => criterion === other.acceptanceCriteria[n])
  );
}

/** The blocks of an issue's body, each with what it is there for. */
export function readParts(markdown: string): Part[] {
  const blocks = readBlocks(markdown);
  let inCriteria = false;
  return blocks.map((block, n) => {
    const shown = readInline(markdown, block.lines);
    const source = markdown.slice(block.start, block.end);
    const isBelow = inCriteria && block.kind === "item";
    const role = isBelow && shown.text !== "" ? "criterion" : roleOf(block, shown.text, source, blocks[n + 1]);
    inCriteria = role === "title" || (inCriteria && (isBelow || role === "own"));
    return { ...block, shown, role };
  });
}

function roleOf(block: Block, text: string, source: string, next: Block | undefined): Role {
  if (text === "") return "own";
  if (block.kind === "item") return "prose";
  if (/^From the \[planning page\]\(<?https?:[^\n]*\)$/.test(source)) return "footer";
  const isBold = /^(?:\*\*|__)/.test(source);
  if (isBold && /^enabler type\s*:/i.test(text) && readOnlyEnablerType(afterLabel(text)) !== null) return "enabler";
  if (!isBold && block.kind !== "heading" && next?.kind !== "item") return "prose";
  const isTitle = labels.get(fold(text).replace(/[\s:]+$/, "")) === "criteria";
  return isTitle ? "title" : "prose";
}

const afterLabel = (text: string) => text.slice(text.indexOf(":") + 1);
