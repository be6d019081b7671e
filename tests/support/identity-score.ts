import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { extract } from "../../lib/domain/extraction/extract.js";
import { matchItems } from "../../lib/domain/matching/match-items.js";
import type { ExtractedItem } from "../../lib/domain/plan-item.js";
import { generatedPage } from "./generated-page.js";
import { closePage, openPage, type Pick } from "./page-editor.js";
import { type EditName, edits } from "./page-edits.js";

export type Page = { name: string; body: string };
/** One edit and the choices in it: numbers that pick from whatever there is to pick from. */
export type PlannedEdit = { name: EditName; choices: readonly number[] };
export type Story = { page: Page; planned: readonly PlannedEdit[] };

/** The planning pages of the fixtures, a generated one, and all of them again without any printed or local id. */
export function sourcePages(): Page[] {
  const folder = "tests/fixtures/planning";
  const fixtures = readdirSync(folder).filter((name) => name.endsWith(".html") && !name.startsWith("08"));
  const pages = [
    ...fixtures.map((name) => ({ name, body: readFileSync(`${folder}/${name}`, "utf8") })),
    { name: "generated", body: generatedPage(60) },
  ];
  return [...pages, ...pages.map(({ name, body }) => ({ name: `${name} without ids`, body: withoutIds(body) }))];
}

function withoutIds(body: string): string {
  const page = openPage(body, extract({ title: "", body }).items);
  for (const name of ["lose all ids", "lose all local ids"] as const) edits[name](page, () => null);
  return closePage(page).body;
}

/** A page and what people do to it before it is read again. */
export function storiesOf(pages: readonly Page[], mostEdits: number): fc.Arbitrary<Story> {
  const choices = fc.array(fc.nat({ max: 1_000_000 }), { minLength: 24, maxLength: 24 });
  const edit = fc.record({ name: fc.constantFrom(...(Object.keys(edits) as EditName[])), choices });
  const planned = fc.array(edit, { minLength: 1, maxLength: mostEdits, size: "max" });
  return fc.noBias(fc.record({ page: fc.constantFrom(...pages), planned }));
}

export type Verdict = {
  item: string;
  /** What was done to the item itself. */
  done: string[];
  /** True where the page still has the item. */
  isThere: boolean;
  outcome: "kept" | "lost" | "mistaken" | "gone";
  became: string;
};

/** Edits a page, reads it before and after, and says of each item whether it kept its identity. */
export function judge({ page: source, planned }: Story): Verdict[] {
  const before = extract({ title: "", body: source.body }).items;
  const page = openPage(source.body, before);
  for (const { name, choices } of planned) edits[name](page, picking(choices));
  const { body: after, truthOf } = closePage(page);
  const now = extract({ title: "", body: after }).items;
  const known = before.map((fields) => ({ id: fields.key, fields, localId: fields.localId, source: fields.source }));
  const foundOf = new Map(matchItems(known, now).pairs.map(({ id, item }) => [id, item]));
  const truths = new Map(now.map((item) => [item, truthOf(item)]));
  const realOf = new Map([...truths].toReversed().map(([item, truth]) => [truth, item]));

  return before.map(({ key }): Verdict => {
    const [found, real] = [foundOf.get(key), realOf.get(key)];
    const isRight = found && (truths.get(found) === key || (real !== undefined && looks(found) === looks(real)));
    const missed = real ? "lost" : "gone";
    return {
      item: key,
      done: [...(page.done.get(key) ?? [])],
      isThere: real !== undefined,
      outcome: isRight ? "kept" : found ? "mistaken" : missed,
      became: `${found?.key} (${found && truths.get(found)}), is ${real?.key}`,
    };
  });

  /** Two items of the same looks in the same place are the same to everybody. */
  function looks({ title, kind, storyPoints, acceptanceCriteria, description, parent }: ExtractedItem): string {
    const above = now.find((item) => item.key === parent);
    return JSON.stringify([title, kind, storyPoints, acceptanceCriteria, description, above && truths.get(above)]);
  }
}

function picking(choices: readonly number[]): Pick {
  let at = 0;
  return (from) => {
    const choice = (choices[at % choices.length] ?? 0) + Math.floor(at / choices.length);
    at++;
    return from[choice % from.length] ?? null;
  };
}

const KINDS = ["untouched", "rewritten", "reworded", "moved", "changed otherwise", "gone from the page"] as const;
type Kind = (typeof KINDS)[number];
export type Count = { kept: number; lost: number; mistaken: number };
export type Counts = Record<Kind, Count>;

/** Counts verdicts by what was done to the items: what weighs most counts. */
export function countVerdicts(verdicts: Iterable<Verdict>): Counts {
  const counts = Object.fromEntries(KINDS.map((kind) => [kind, { kept: 0, lost: 0, mistaken: 0 }])) as Counts;
  for (const verdict of verdicts) if (verdict.outcome !== "gone") counts[kindOf(verdict)][verdict.outcome] += 1;
  return counts;
}

function kindOf({ done, isThere }: Verdict): Kind {
  if (!isThere) return "gone from the page";
  if (done.length === 0) return "untouched";
  return (["rewritten", "reworded", "moved"] as const).find((kind) => done.includes(kind)) ?? "changed otherwise";
}

export function sumOf(...counts: readonly Count[]): Count & { all: number } {
  const sum = (outcome: keyof Count) => counts.reduce((total, count) => total + count[outcome], 0);
  const [kept, lost, mistaken] = [sum("kept"), sum("lost"), sum("mistaken")];
  return { kept, lost, mistaken, all: kept + lost + mistaken };
}

/** The figures, a line for each kind. */
export function showCounts(counts: Counts): string {
  return KINDS.map((kind) => {
    const { kept, lost, mistaken, all } = sumOf(counts[kind]);
    const share = all === 0 ? "" : `${((100 * kept) / all).toFixed(2)} % of ${all}`;
    return `${kind.padEnd(20)} kept ${share.padEnd(18)} lost ${lost}, mistaken ${mistaken}`;
  }).join("\n");
}
