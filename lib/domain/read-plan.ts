import { extract } from "./extraction/extract.js";
import { extractSteps, isLiveSource } from "./live-steps.js";
import type { Extraction } from "./plan-item.js";

/** What a plan's source says, as a snapshot keeps it: a Confluence page, or the steps of a live plan. */
export const readPlan = (plan: { source: string }, { title, body }: { title: string; body: string }): Extraction =>
  isLiveSource(plan.source) ? extractSteps(body) : extract({ title, body });
