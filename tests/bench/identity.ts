// How many items keep their identity over random edits of the planning pages, and which do not:
// npx tsx tests/bench/identity.ts [RUNS] [SEED] [MOST EDITS] [SHOWN]
import fc from "fast-check";
import { edits } from "../support/page-edits.js";
import { countVerdicts, judge, showCounts, sourcePages, storiesOf, type Verdict } from "../support/identity-score.js";

const [numRuns = 2000, seed = 1, mostEdits = 6, mostShown = 0] = process.argv.slice(2).map(Number);
const all: Verdict[] = [];
const byEdit = new Map<string, Verdict[]>(Object.keys(edits).map((name) => [name, []]));
let shown = 0;
let count = 0;
for (const story of fc.sample(storiesOf(sourcePages(), mostEdits), { numRuns, seed })) {
  const names = story.planned.map(({ name }) => name);
  count += names.length;
  const verdicts = judge(story);
  for (const verdict of verdicts) {
    all.push(verdict);
    for (const name of new Set(names)) byEdit.get(name)?.push(verdict);
    const isWrong = verdict.outcome === "lost" || verdict.outcome === "mistaken";
    if (isWrong && shown++ < mostShown)
      console.log(
        `${story.page.name} [${names.join(", ")}] ${verdict.item} {${verdict.done.join(", ")}} ${verdict.outcome}: ${verdict.became}`,
      );
  }
}
console.log(`${numRuns} pages, ${count} edits\n${showCounts(countVerdicts(all))}`);
for (const [name, verdicts] of byEdit) console.log(`\nwhere people ${name}\n${showCounts(countVerdicts(verdicts))}`);
