import * as z from "zod/mini";
import { Instant, Uuid } from "./common.js";
import { SessionStatus, Step } from "./sessions.js";

/** A step with its place among the others: steps stand in the order of (position, id); a position is a decimal number of any length. */
export const PlacedStep = z.extend(Step, { position: z.string() });
export type PlacedStep = z.infer<typeof PlacedStep>;

/** A live plan as it stood after event `seq`: what a client loads once and then moves on by the events that follow. */
export const PlanState = z.object({
  id: Uuid,
  engagementId: z.nullable(Uuid),
  title: z.string(),
  description: z.nullable(z.string()),
  pageUrl: z.nullable(z.string()),
  status: SessionStatus,
  progress: z.int(),
  progressMessage: z.string(),
  steps: z.array(PlacedStep),
  participants: z.array(z.string()),
  seq: z.int(),
  createdAt: Instant,
  updatedAt: Instant,
  archivedAt: z.nullable(Instant),
});
export type PlanState = z.infer<typeof PlanState>;

/** Sorts steps as they stand in the plan. */
export function inOrder(a: Pick<PlacedStep, "position" | "id">, b: Pick<PlacedStep, "position" | "id">): number {
  return comparePositions(a.position, b.position) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Compares two decimals exactly: the halves of halves have more digits than a number keeps. */
function comparePositions(a: string, b: string): number {
  const [wholeA = "", partA = ""] = a.split(".");
  const [wholeB = "", partB = ""] = b.split(".");
  const whole = Math.max(wholeA.length, wholeB.length);
  const digitsA = wholeA.padStart(whole, "0") + partA.replace(/0+$/, "");
  const digitsB = wholeB.padStart(whole, "0") + partB.replace(/0+$/, "");
  return digitsA < digitsB ? -1 : digitsA > digitsB ? 1 : 0;
}
