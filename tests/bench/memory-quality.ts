/** `npm run eval:memory`: how well search finds what the judged queries ask for, beside what PostgreSQL does by itself. */
import { memoryCollection, type QualityByNote, qualityOf } from "../support/memory-collection.js";
import { testDatabase } from "../support/test-database.js";

const database = await testDatabase();
const { ours, plain, anyWord } = await memoryCollection(database.db);
const columns = {
  "ts_rank_cd, plainto_tsquery": await qualityOf(plain),
  "ts_rank_cd, any word": await qualityOf(anyWord),
  "memory search": await qualityOf(ours),
};
const results = Object.entries(columns);
const line = (name: string, of: (quality: QualityByNote) => { mrr: number; ndcg: number } | undefined) =>
  console.log(
    name.padEnd(24),
    ...results.map(([, quality]) => {
      const { mrr, ndcg } = of(quality) ?? { mrr: 0, ndcg: 0 };
      return `${mrr.toFixed(3)} ${ndcg.toFixed(3)}`.padStart(30);
    }),
  );
console.log("MRR@10 nDCG@10".padEnd(24), ...results.map(([name]) => name.padStart(30)));
for (const [note, { queries }] of Object.entries(columns["memory search"].notes))
  line(`${note} (${queries})`, (quality) => quality.notes[note]);
line("all", (quality) => quality.all);
const ratio = columns["memory search"].all.mrr / columns["ts_rank_cd, plainto_tsquery"].all.mrr;
console.log(`MRR@10 is ${ratio.toFixed(2)} times that of plain ts_rank_cd (at least 1.3)`);
if (process.argv.includes("--missed"))
  console.log(`Not among the first ten:\n  ${columns["memory search"].missed.join("\n  ")}`);
await database.close();
if (ratio < 1.3) process.exitCode = 1;
