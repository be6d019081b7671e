/** The colours of a status in Confluence. */
export type StatusColour = "Grey" | "Blue" | "Yellow" | "Green" | "Red" | "Purple";

const colours: Record<string, StatusColour> = {
  triage: "Grey",
  backlog: "Grey",
  unstarted: "Grey",
  started: "Blue",
  completed: "Green",
  canceled: "Red",
  duplicate: "Red",
};

/** How the state of an issue looks as a status on a page; a started one that waits for somebody to look at it has a colour of its own. */
export function statusOf({ name, type }: { name: string; type: string }): { text: string; colour: StatusColour } {
  const isReview = type === "started" && /\b(?:review|verify|verification|testing|qa)\b/i.test(name);
  return { text: name, colour: isReview ? "Purple" : (colours[type] ?? "Grey") };
}
