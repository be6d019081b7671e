import type { Block, ListItem } from "./blocks.js";
import type { Found } from "./candidate.js";
import { fold } from "./fold.js";
import { labels, steps } from "./lexicon.js";
import { flat, linesOf, type RichText, rangeOf, slice } from "./rich-text.js";
import { isNothing } from "./values.js";

const LIST_MARK = /^(?:\[[ xX]?\]\s+|\(\d{1,2}\)\s+|[-–—•*·▪◦‣●○→✓✔☐☑✅]+\s*|\d{1,2}[.)]\s+|\(?[a-h]\)\s+)/u;
/** "AC1: …", "CA-2 – …". */
const NUMBERED_LABEL = /^(\p{L}{1,12})[-\s]?\d{1,2}\s*(?:[:.)]|\s[–—-])\s*/u;
const AFTER_LABEL = /^\s*\d{0,2}\s*:\s*/;
const GIVEN = new RegExp(`^${steps.given}(?![\\p{L}])`, "u");
const NEXT_STEP = new RegExp(`^${steps.next}(?![\\p{L}])`, "u");
const STEP_NAME = new RegExp(`^(?:${steps.given}|${steps.next})[^\\p{L}]*$`, "u");
const SCENARIO = new RegExp(`^${steps.scenario}\\b`, "u");

/** The acceptance criteria in some blocks: one per list item, task or typed line, one per scenario of Given/When/Then lines. */
export function readCriteria(blocks: readonly Block[]): Found<string>[] {
  const criteria: Found<string>[] = [];
  let typed: RichText[] = [];
  const endTyped = () => {
    criteria.push(...readCriteriaLines(typed));
    typed = [];
  };
  for (const block of blocks) {
    if (block.kind === "paragraph") {
      typed.push(...linesOf(block.text));
      continue;
    }
    endTyped();
    if (block.kind === "list") criteria.push(...block.items.flatMap(readListed));
    else if (block.kind === "section") criteria.push(...readCriteria(block.blocks));
  }
  endTyped();
  return criteria;
}

function readListed(item: ListItem): Found<string>[] {
  const own = [item.text, ...item.blocks.flatMap((block) => (block.kind === "paragraph" ? [block.text] : []))];
  const criterion = readCriterion(own);
  const nested = readCriteria(item.blocks.filter((block) => block.kind !== "paragraph"));
  return criterion ? [criterion, ...nested] : nested;
}

/** One criterion from one line or several that belong together; null where nothing is left without mark and label. */
export function readCriterion(lines: readonly RichText[]): Found<string> | null {
  const bare = lines.map(withoutMark).filter((line) => line.text !== "");
  const [first] = bare;
  const last = bare.at(-1);
  if (!first || !last) return null;
  const value = bare.map(flat).join(" ");
  return isNothing(value) ? null : { value, range: { start: rangeOf(first).start, end: rangeOf(last).end } };
}

/** Criteria in typed lines, with or without dashes. */
export function readCriteriaLines(lines: readonly RichText[]): Found<string>[] {
  const groups: RichText[][] = [];
  for (const line of lines) {
    if (continuesScenario(groups.at(-1)?.at(-1)?.text ?? "", line.text)) groups.at(-1)?.push(line);
    else groups.push([line]);
  }
  return groups.map(readCriterion).filter((criterion) => criterion !== null);
}

/** True for a line that goes on with the scenario of the line before: When after Given, Given after the name of the scenario. */
export function continuesScenario(before: string, line: string): boolean {
  const [above, here] = [fold(before), fold(line)];
  if (SCENARIO.test(above)) return GIVEN.test(here) || NEXT_STEP.test(here);
  return NEXT_STEP.test(here) && (GIVEN.test(above) || NEXT_STEP.test(above));
}

/** True for the name of a step alone: "Given", "Wenn". */
export function isStep(text: string): boolean {
  return STEP_NAME.test(fold(text));
}

/** True for a line that can only be a criterion where criteria are expected: with a list mark, or a step of a scenario. */
export function looksLikeCriterion(line: RichText): boolean {
  const folded = fold(line.text);
  return LIST_MARK.test(line.text) || GIVEN.test(folded) || NEXT_STEP.test(folded) || SCENARIO.test(folded);
}

function withoutMark(line: RichText): RichText {
  const marked = LIST_MARK.exec(line.text);
  const bare = marked ? slice(line, marked[0].length) : line;
  const folded = fold(bare.text);
  const numbered = NUMBERED_LABEL.exec(folded);
  if (numbered && labels.get(numbered[1] ?? "") === "criteria") return slice(bare, numbered[0].length);
  const label = labels.at(folded);
  const after = label?.meaning === "criteria" ? AFTER_LABEL.exec(folded.slice(label.end)) : null;
  return label && after ? slice(bare, label.end + after[0].length) : bare;
}
