import { derivedUuid } from "../../../domain/ids.js";
import type { Conflict } from "../../../domain/sync/conflict.js";
import type { SyncQuestion, SyncWork } from "../../../domain/sync/run.js";
import * as words from "../../../domain/wording/sync.js";
import type { Effect } from "../../../ports.js";
import type { Halt, SyncedPlan } from "../../../ports-sync.js";
import { elicitation, response, type Saying } from "../../step.js";
import type { SyncInput, SyncResult } from "../../sync-step.js";

/** Ends a run: what was done goes to the history and to who asked, and people are asked what only they can decide. */
export function finish(input: SyncInput, stored: Omit<SyncResult, "next">): SyncResult {
  const { seen, work } = input;
  const items = new Map(seen.items.map((item) => [item.id as string, item]));
  for (const item of stored.items ?? []) items.set(item.id, item);
  const open = openConflicts(seen, stored);
  const known = questionAfter(seen, stored);
  const question = nextQuestion(known, seen, work, open);
  const isAsked = question !== null && question.id !== known?.id;
  const says: Saying[] = [];
  if (isAsked)
    says.push(elicitation(words.askAboutConflicts(open, items, seen.plan), words.conflictButtons(open, question.id)));
  else if (work.askedBy !== null) says.push(response(words.runEnded(work, open.length)));
  const isWorthTelling =
    work.done.length > 0 ||
    work.askedBy !== null ||
    work.counts.conflictsDetected > 0 ||
    work.counts.conflictsResolved > 0;
  return {
    ...stored,
    next: { end: "idle" },
    question,
    ...(isWorthTelling
      ? {
          history: {
            work,
            trigger: work.trigger,
            error: null,
            toPageVersion: stored.basePageVersion ?? seen.plan.basePageVersion,
          },
          log: [
            ...(stored.log ?? []),
            {
              type: "sync.finished",
              body: { run: work.runId, plan: seen.plan.id, trigger: work.trigger, ...work.counts },
              actor: "agent",
            },
          ],
        }
      : {}),
    effects: toEffects(seen, work, says),
  };
}

/** Ends a run that cannot go on before somebody has done something, and says so once. */
export function halt(input: SyncInput, { code, words: said }: Halt): SyncResult {
  const { seen, work } = input;
  return {
    next: { end: "paused", because: { code, words: said } },
    history: { work, trigger: work.trigger, error: code, toPageVersion: seen.plan.basePageVersion },
    log: [{ type: "sync.paused", body: { run: work.runId, plan: seen.plan.id, code, message: said }, actor: "agent" }],
    effects: toEffects(seen, work, [{ content: { type: "error", body: said } }]),
  };
}

/** Conflicts that wait for a person once this is stored. */
function openConflicts(seen: SyncedPlan, stored: Omit<SyncResult, "next">): Conflict[] {
  const all = new Map(seen.conflicts.map((one) => [one.id, { ...one, applied: false }]));
  for (const one of stored.conflicts ?? []) all.set(one.id, one);
  return [...all.values()].filter((one) => one.decision === null && !one.applied);
}

/** The question that people can still answer once this is stored: none where it shows values that stand on neither side any more. */
export function questionAfter(seen: SyncedPlan, { conflicts = [] }: Omit<SyncResult, "next">): SyncQuestion | null {
  const shown = new Map(seen.conflicts.map((one) => [one.id, one]));
  const valuesOf = ({ page, linear }: Conflict) => JSON.stringify([page.value, linear.value]);
  const isMoved = conflicts.some((one) => {
    const before = shown.get(one.id);
    const isOpen = one.decision === null && !one.applied;
    return before && isOpen && (before.decision !== null || valuesOf(before) !== valuesOf(one));
  });
  return isMoved ? null : seen.question;
}

/** One question is open for each plan and lists everything; it is asked anew where there is something that it does not list. */
function nextQuestion(
  known: SyncQuestion | null,
  seen: SyncedPlan,
  work: SyncWork,
  open: Conflict[],
): SyncQuestion | null {
  if (open.length === 0) return null;
  const asked = new Set(known?.conflicts ?? []);
  if (known && open.every((one) => asked.has(one.id))) return known;
  const id = derivedUuid(work.runId, "question").slice(0, 8);
  return { id, conflicts: open.map((one) => one.id), agentSessionId: seen.session.agentSessionId };
}

function toEffects({ session }: SyncedPlan, work: SyncWork, says: Saying[]): Extract<Effect, { kind: "activity" }>[] {
  if (!session.agentSessionId) return [];
  return says.map((activity, n) => ({ kind: "activity", id: derivedUuid(work.runId, "effect", n), activity }));
}
