// Time of a comparison, and of editing a page, beside the size of the plan and the time that its page takes to be read: npm run bench:comparing
import { performance } from "node:perf_hooks";
import { extract } from "../../lib/domain/extraction/extract.js";
import type { PlanItemId } from "../../lib/domain/ids.js";
import { editPage } from "../../lib/domain/surgery/edit-page.js";
import { detect, type Reading } from "../../lib/domain/sync/detect.js";
import { defaultSyncSettings } from "../../lib/domain/sync/run.js";
import { viewPage } from "../../lib/domain/sync/view-page.js";
import { aPlanId, aPlanItem, aSessionId } from "../support/builders.js";
import { generatedPage } from "../support/generated-page.js";

/** The least of some runs, and what they gave. */
function timed<Result>(work: () => Result): [number, Result] {
  let result = work();
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    result = work();
    return performance.now() - start;
  });
  return [Math.min(...times), result];
}

function readingOf(before: string, body: string): [number, Reading] {
  const extraction = extract({ title: "Plan", body: before });
  const ids = new Map(extraction.items.map((item) => [item.key, aPlanItem().id]));
  const items = extraction.items.map((item, position) =>
    aPlanItem({
      id: ids.get(item.key) as PlanItemId,
      parentId: (item.parent && ids.get(item.parent)) || null,
      position,
      fields: item,
      base: item,
      localId: item.localId,
      source: item.source,
      pending: null,
      linksPending: false,
      linearId: `issue-${position}`,
    }),
  );
  const now = extract({ title: "Plan", body });
  const [viewing, view] = timed(() => viewPage(items, { extraction: now, marks: new Map(), before: extraction }));
  const reading: Reading = {
    plan: {
      planId: aPlanId(),
      teamId: "team-eng",
      sessionId: aSessionId(),
      items,
      conflicts: [],
      settings: defaultSyncSettings,
      epicsAs: "issue",
      writesPage: true,
      pageUrl: null,
      setup: { estimation: "fibonacci", labels: {}, canceledStateId: null, openStateId: null },
    } as unknown as Reading["plan"],
    view,
    linear: { issues: new Map(), projects: new Map(), blockers: new Map() },
    page: { updatedAt: null, authorId: null, version: 2 },
    statuses: new Map(),
    events: [],
    history: [],
    ownActorIds: [],
    runId: aPlanId(),
  };
  return [viewing, reading];
}

for (const count of [250, 500, 1000, 2000]) {
  const before = generatedPage(count);
  const body = before.replace("Work 1.1.1", "Work anew").replace("Work 1.2.1", "Work again");
  const [reading] = timed(() => extract({ title: "Plan", body }));
  const [viewing, read] = readingOf(before, body);
  const [comparing, found] = timed(() => detect(read));
  const keys = found.toLinear.map((id) => read.view.pairs.get(id)?.key ?? "");
  const [editing, surgery] = timed(() =>
    editPage(
      { title: "Plan", body },
      keys.map((key) => ({ type: "set" as const, key, field: "title" as const, value: "Work by somebody else" })),
      read.view.extraction,
    ),
  );
  const per = (ms: number) => `${ms.toFixed(1)} ms (× ${(ms / reading).toFixed(2)})`;
  console.log(
    `${count} items: read ${reading.toFixed(1)} ms, found again ${per(viewing)}, compared ${per(comparing)}, ${found.toLinear.length} changed; ${surgery.edits.length} edits of the page ${per(editing)}`,
  );
}
