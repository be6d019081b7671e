// How long the extraction takes, beside a plain parse of the same pages by htmlparser2 in the same run: npm run bench:extraction
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { parseDocument } from "htmlparser2";
import { extract } from "../../lib/domain/extraction/extract.js";
import { generatedPage } from "../support/generated-page.js";

const BLIND = "tests/fixtures/planning-blind";
const PAGES = ["tests/fixtures/planning", ...readdirSync(BLIND).map((round) => `${BLIND}/${round}`)];
const FOREIGN = "../shared/corpus/confluence";
const ROUNDS = 15;

const read = (body: string) => extract({ title: "", body });
const parse = (body: string) =>
  parseDocument(body, { xmlMode: true, withStartIndices: true, withEndIndices: true, decodeEntities: true });

function timeOf(run: () => void, rounds = ROUNDS): number[] {
  return Array.from({ length: rounds }, () => {
    const started = performance.now();
    run();
    return performance.now() - started;
  }).sort((a, b) => a - b);
}

const median = (times: number[]) => times[Math.floor(times.length / 2)] ?? 0;
const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

/** Sum of the medians over a folder; both sides take turns, so that a busy machine slows both. */
function compare(name: string, bodies: string[]) {
  for (let i = 0; i < 10; i++)
    for (const body of bodies) {
      read(body);
      parse(body);
    }
  let extracting = 0;
  let parsing = 0;
  for (const body of bodies) {
    extracting += median(timeOf(() => read(body)));
    parsing += median(timeOf(() => parse(body)));
  }
  const size = bodies.reduce((sum, body) => sum + body.length, 0);
  console.log(
    `${name}: ${bodies.length} pages, ${Math.round(size / 1000)} KB: ${ms(extracting)}, plain parse ${ms(parsing)}, ratio ${(extracting / parsing).toFixed(1)}`,
  );
}

const bodiesIn = (folder: string) =>
  (existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder) : [])
    .filter((name) => /\.(?:html|xml|xhtml)$/.test(name))
    .map((name) => readFileSync(`${folder}/${name}`, "utf8"));

const planning = PAGES.flatMap(bodiesIn);
const foreign = bodiesIn(FOREIGN);
compare("Planning pages", planning);
if (foreign.length > 0) compare("Pages of others", foreign);
compare("All of them", [...planning, ...foreign]);

const backlog = readFileSync("tests/fixtures/planning/09-large-backlog.html", "utf8");
const large = (backlog + backlog).slice(0, 180_000);
const times = timeOf(() => read(large), 60);
console.log(
  `A page of 180 KB: p50 ${ms(median(times))}, p95 ${ms(times[Math.floor(times.length * 0.95)] ?? 0)}, plain parse ${ms(median(timeOf(() => parse(large))))}`,
);

/** Pages of about a given size; none may take more than its share when it grows. */
const shapes: Record<string, (size: number) => string> = {
  headings: (size) => generatedPage(Math.ceil(size / 250)),
  "table rows": (size) =>
    `<table><tbody><tr><th>ID</th><th>Story</th><th>Points</th><th>Depends on</th></tr>${Array.from(
      { length: Math.ceil(size / 110) },
      (_, i) =>
        `<tr><td>US-${i}</td><td>As a user, I want thing ${i} so that I am glad</td><td>3</td><td>US-${Math.max(i - 1, 0)}</td></tr>`,
    ).join("")}</tbody></table>`,
  bullets: (size) =>
    `<h1>Epic: All</h1><ul>${Array.from({ length: Math.ceil(size / 45) }, (_, i) => `<li>Do the thing number ${i} (3 SP, P1)</li>`).join("")}</ul>`,
  "one paragraph": (size) =>
    `<p>${"As a user, I want a page, US-1 (3 SP) – and more: ".repeat(Math.ceil(size / 50))}</p>`,
  "one cell over all rows": (size) =>
    `<table><tbody><tr><td rowspan="99999">${"<p>Epic: Everything</p>".repeat(Math.ceil(size / 50))}</td></tr>${"<tr><td>Story</td><td>3</td></tr>".repeat(Math.ceil(size / 60))}</tbody></table>`,
  "same title": (size) =>
    Array.from({ length: Math.ceil(size / 40) }, () => "<h3>Story: The same thing (3 SP)</h3>").join(""),
  "open elements": (size) => "<ul><li>".repeat(Math.ceil(size / 8)),
};

for (const [name, make] of Object.entries(shapes)) {
  const took = [250_000, 500_000, 1_000_000].map((size) => {
    const body = make(size);
    read(body);
    return Math.min(...timeOf(() => read(body), 4));
  });
  const [quarter = 1, half = 1, whole = 1] = took;
  console.log(
    `${name}: 250 KB ${ms(quarter)}, 500 KB ${ms(half)} (× ${(half / quarter).toFixed(1)}), 1 MB ${ms(whole)} (× ${(whole / half).toFixed(1)})`,
  );
}
