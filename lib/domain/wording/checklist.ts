import type { SessionStatus, StepName } from "../session.js";

/** Linear's checklist of an agent session. */
export type Checklist = { content: string; status: "pending" | "inProgress" | "completed" | "canceled" }[];

const steps = [
  "Starting planning process",
  "Retrieving Confluence page",
  "Parsing Confluence page",
  "Extracting planning information",
  "Creating Linear issues",
  "Maintaining SAFe hierarchy",
  "Planning process completed",
] as const;

const creating = steps.indexOf("Creating Linear issues");
const position: Partial<Record<StepName, number>> = {
  "read-page": steps.indexOf("Retrieving Confluence page"),
  "propose-plan": steps.indexOf("Extracting planning information"),
  "apply-items": creating,
  "apply-links": steps.indexOf("Maintaining SAFe hierarchy"),
};

/** Where a session stands, as the seven steps that people see. A step outside the plan (undo) shows none as running. */
export function checklist(status: SessionStatus, step: StepName): Checklist {
  const at = current(status, step);
  return steps.map((content, index) => ({ content, status: stateOf(index, at, status) }));
}

function current(status: SessionStatus, step: StepName): number {
  if (status === "pending") return 0;
  if (status === "completed") return steps.length;
  // A plan that waits for its approval has been read and extracted.
  if (status === "awaiting_input" && step === "propose-plan") return creating;
  return position[step] ?? -1;
}

function stateOf(index: number, at: number, status: SessionStatus): Checklist[number]["status"] {
  if (index < at) return "completed";
  if (status === "cancelled") return "canceled";
  if (index > at) return "pending";
  if (status === "failed") return "canceled";
  return status === "awaiting_input" && index === creating ? "pending" : "inProgress";
}
