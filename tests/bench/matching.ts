// Time of matching beside the size of the plan: npx tsx tests/bench/matching.ts
import { performance } from "node:perf_hooks";
import { matchItems } from "../../lib/domain/matching/match-items.js";
import { largePlans } from "../support/large-plans.js";

for (const [name, make] of Object.entries(largePlans)) {
  const times = [1000, 2000, 4000, 8000].map((count) => {
    const [before, now] = make(count);
    const base = before.map((fields) => ({ id: fields.key, fields, localId: null }));
    const runs = Array.from({ length: 5 }, () => {
      const start = performance.now();
      matchItems(base, now);
      return performance.now() - start;
    });
    return Math.min(...runs);
  });
  const shown = times.map(
    (ms, at) =>
      `${1000 * 2 ** at} items ${ms.toFixed(0)} ms${at > 0 ? ` (× ${(ms / (times[at - 1] ?? 1)).toFixed(1)})` : ""}`,
  );
  console.log(`${name}: ${shown.join(", ")}`);
}
