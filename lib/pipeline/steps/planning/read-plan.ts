import { extract } from "../../../domain/extraction/extract.js";
import { extractSteps, isLiveSource } from "../../../domain/live-steps.js";
import type { Extraction } from "../../../domain/plan-item.js";
import type { PageSnapshot, Plan } from "../../../ports.js";

/** What a plan's source says: a Confluence page, or the steps of a live plan. */
export const readPlan = (plan: Plan, { title, body }: PageSnapshot): Extraction =>
  isLiveSource(plan.source) ? extractSteps(body) : extract({ title, body });
