import type { Intent } from "../conversation/intent.js";
import type { SessionStatus, StepName } from "../session.js";
import { escapeLine } from "./escape-markdown.js";
import { clip, link, quote } from "./phrases.js";

/** The first word after a mention. */
export const firstThought = "I’m on it. Looking for the Confluence page first.";

/** Before a failed run goes on. */
export const retrying = "Trying again from where it stopped.";

/** When a run waits because the hour's budget of a service is used up. */
export function slowDown(code: string, until: Date): string {
  const service = code.startsWith("confluence") ? "Confluence" : "Linear";
  const time = until.toISOString().slice(11, 16);
  return `${service} asks me to slow down. I go on by myself at ${time} UTC; there is nothing you need to do.`;
}

/** What the agent is doing in a step, after "I’m". */
export const doing: Record<StepName, string> = {
  "read-page": "reading the page",
  "propose-plan": "working out the plan",
  "apply-items": "creating the issues",
  "apply-links": "linking the issues",
  "apply-undo": "taking back what I created",
  "wind-up": "stopping",
};

/** At the end of a run during which somebody said what it could no longer take into account. */
export const saidMeanwhile = (text: string): string =>
  `You wrote ${quote(clip(text.replace(/\s+/g, " ").trim(), 120))} while I was finishing. If that is still to be done, please say it again now.`;

/** In Linear, what somebody has said about the run in another place. */
export const saidElsewhere = (name: string, text: string): string =>
  `${escapeLine(clip(name, 80))} answered in the dashboard: ${quote(clip(text.replace(/\s+/g, " ").trim(), 300))}`;

/** To somebody who speaks while the agent is at work. */
export function stillWorking(intent: Intent["type"], step: StepName): string {
  const now = `I’m still ${doing[step]}.`;
  if (intent === "status") return `${now} I’ll say so when it is done.`;
  if (intent === "undo") return `${now} Say “undo” once I’m done and I take it all back, or “stop” to end it here.`;
  return `${now} I’ve seen your message, but I can’t change course halfway; say “stop” to end it here, or tell me again once I’m done.`;
}

type Standing = {
  status: SessionStatus;
  step: StepName;
  title: string;
  pageUrl: string | null;
  failure: { words: string } | null;
};

/** Where a session stands, for a question or for a word that came after its end. */
export function whereItStands({ status, step, title, pageUrl, failure }: Standing): string {
  const plan = link(title, pageUrl);
  switch (status) {
    case "pending":
      return `I’m about to start on ${plan}.`;
    case "processing":
      return `I’m ${doing[step]} for ${plan}.`;
    case "awaiting_input":
      return `${plan} is waiting for your answer to my last question.`;
    case "completed":
      return `${plan} is done; nothing is running. Mention me with the page to plan it again, or say “undo” to take back what I created.`;
    case "cancelled":
      return `${plan} was stopped before; nothing is running. Mention me with the page to start again.`;
    case "failed":
      return `${plan} could not be finished; nothing is running.${failure ? ` ${failure.words}` : ""}`;
  }
}
