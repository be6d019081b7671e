import { describe, expect, it } from "vitest";
import type { PlanId, SessionId } from "../../../lib/domain/ids.js";
import type { ItemFields } from "../../../lib/domain/plan-item.js";
import { detect, type Reading } from "../../../lib/domain/sync/detect.js";
import { pageBase } from "../../../lib/domain/sync/item-values.js";
import { defaultSyncSettings } from "../../../lib/domain/sync/run.js";
import { aPlanItem, someFields } from "../../support/builders.js";

/** What a run makes of a decision for the page that was taken back after "Log in" had been written to both sides. */
function runAfter(onPage: string) {
  const written = someFields({ title: "Log in", description: "" });
  const item = aPlanItem({ pending: null, linearId: "issue", fields: written, base: written });
  const sighted = { ...written, title: onPage } as ItemFields;
  const index = { idOf: () => null, keyOf: () => null };
  const reading: Reading = {
    plan: {
      planId: "plan" as PlanId,
      teamId: "team",
      sessionId: "session" as SessionId,
      items: [item],
      conflicts: [
        {
          id: "conflict",
          itemId: item.id,
          field: "title",
          kind: "restored",
          base: "Sign in",
          linear: { value: "Log in", author: null, at: null },
          page: { value: "Sign in fast", author: null, at: null },
          decision: { strategy: "confluence", value: "Sign in fast", by: "ada" },
        },
      ],
      settings: defaultSyncSettings,
      epicsAs: "issue",
      writesPage: true,
      pageUrl: null,
      setup: { estimation: { scale: "fibonacci", extended: false, allowZero: false }, states: [], labels: [] } as never,
    },
    view: {
      extraction: { items: [], warnings: [], coverage: [] },
      pairs: new Map([[item.id, { ...sighted, localId: null, source: item.source }]]),
      added: [],
      gone: [],
      index,
      parentOf: () => null,
      valuesOf: () => pageBase({ ...item, fields: sighted }, index),
    },
    linear: { issues: new Map(), projects: new Map(), blockers: new Map() },
    page: { updatedAt: null, authorId: null, version: 4 },
    statuses: new Map(),
    events: [],
    history: [],
    ownActorIds: [],
    runId: "run",
  };
  const { toPage, toLinear, conflicts } = detect(reading);
  return { writes: [toPage.length, toLinear.length], conflicts };
}

describe("a decision that is taken back after it was written", () => {
  it("is written to both sides, which say neither of the values of then", () => {
    expect(runAfter("Log in")).toEqual({ writes: [1, 1], conflicts: [] });
  });

  it("is asked about where somebody has changed a side since", () => {
    const { conflicts } = runAfter("Come in");
    expect(conflicts).toMatchObject([
      { id: "conflict", kind: "both_changed", decision: null, page: { value: "Come in" }, linear: { value: "Log in" } },
    ]);
  });

  it("is written to the other side where one has it already", () => {
    expect(runAfter("Sign in fast")).toEqual({ writes: [0, 1], conflicts: [] });
  });
});
