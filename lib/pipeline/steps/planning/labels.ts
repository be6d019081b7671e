import { derivedUuid } from "../../../domain/ids.js";
import type { Setup } from "../../../domain/session.js";
import type { Plan } from "../../../ports.js";
import type { LinearClient } from "../../../ports-services.js";
import type { Lease } from "../../step.js";
import { toSetup } from "./proposal.js";

const colors: Record<string, string> = { Epic: "#8B5CF6", Feature: "#3B82F6", Enabler: "#F59E0B" };

/** Makes sure that the team has the labels: one that exists under any id, of the team or the workspace, is used, the others are created once. */
export async function ensureLabels(
  linear: LinearClient,
  plan: Plan,
  setup: Setup,
  names: string[],
  lease: Lease,
): Promise<Setup> {
  const isMissing = (labels: Record<string, string>) => names.filter((name) => !labels[name.toLowerCase()]);
  const missing = isMissing(setup.labels);
  if (missing.length === 0) return setup;
  await lease.renew();
  const inputs = missing.map((name) => ({
    id: derivedUuid(plan.teamId, "label", name),
    name,
    teamId: plan.teamId,
    color: colors[name] ?? "#94A3B8",
  }));
  const results = await linear.createLabels(inputs);
  if (results.every((result) => result.outcome === "done")) {
    const made = Object.fromEntries(inputs.map((label) => [label.name.toLowerCase(), label.id]));
    return { ...setup, labels: { ...setup.labels, ...made } };
  }
  const team = toSetup(await linear.readTeam(plan.teamId));
  return { ...setup, labels: { ...setup.labels, ...team.labels } };
}
