import type { StepName } from "../session.js";
import { count } from "./phrases.js";
import { doing } from "./progress.js";

type FailureWords = { what: string; next: string };

const goOn = "then reply “retry” and I go on with what is missing.";
const failures: Record<string, FailureWords> = {
  linear_plan_full: {
    what: "Linear’s free plan has no room for more issues",
    next: `Make room in the workspace or upgrade it, ${goOn}`,
  },
  installation_revoked: {
    what: "I was removed from this workspace, so I can’t work here any more",
    next: "An admin can install me again; mention me with the page then and I take the plan up where it stopped.",
  },
  team_access_removed: {
    what: "my access to this team was removed",
    next: `Ask an admin to give it back, ${goOn}`,
  },
  linear_no_access: {
    what: "Linear doesn’t let me into something that this plan needs",
    next: `Ask an admin to give me access to the team, ${goOn}`,
  },
  linear_refused: {
    what: "Linear did not accept one of my requests",
    next: `Have a look at the issues that exist, ${goOn}`,
  },
  linear_unreachable: { what: "I couldn’t reach Linear, and trying again didn’t help", next: `Wait a little, ${goOn}` },
  linear_unavailable: {
    what: "Linear had trouble answering, and trying again didn’t help",
    next: `Wait a little, ${goOn}`,
  },
  linear_rate_limited: { what: "Linear kept asking me to slow down", next: `Wait an hour, ${goOn}` },
  confluence_revoked: {
    what: "Confluence no longer accepts my connection",
    next: `Mention me with the page again and I send you a link to connect me.`,
  },
  confluence_no_access: {
    what: "Confluence doesn’t let me into that site",
    next: "Ask an admin of the site to allow it, then mention me again.",
  },
  confluence_unreachable: {
    what: "I couldn’t reach Confluence, and trying again didn’t help",
    next: `Wait a little, ${goOn}`,
  },
  confluence_unavailable: {
    what: "Confluence had trouble answering, and trying again didn’t help",
    next: `Wait a little, ${goOn}`,
  },
  confluence_rate_limited: { what: "Confluence kept asking me to slow down", next: `Wait an hour, ${goOn}` },
  queue_unavailable: {
    what: "I couldn’t plan my next step, and trying again didn’t help",
    next: `Wait a little, ${goOn}`,
  },
  refresh_refused: {
    what: "my access has ended and I couldn’t renew it",
    next: "Ask an admin to connect me again, then mention me with the page and I take the plan up where it stopped.",
  },
};
const unknown: FailureWords = {
  what: "something went wrong that I couldn’t mend by trying again",
  next: `Reply “retry” and I go on with what is missing; if that doesn’t help, tell whoever runs me.`,
};

/** What happened, what exists now and what to do next, for a failure by its stable code. `created` is null where it is not known. */
export function failed(code: string, { created }: { created: number | null }): string {
  const { what, next } = failures[code] ?? unknown;
  return `I stopped: ${what}. ${existing(created)} ${next}`;
}

function existing(created: number | null): string {
  if (created === null) return "What I had created before that stays as it is.";
  if (created === 0) return "Nothing was created.";
  return `${count(created, "issue")} had been created and ${created === 1 ? "stays as it is" : "stay as they are"}.`;
}

/** Every session of a workspace that took the app away ends like this. */
export const installationRevoked = {
  code: "installation_revoked",
  words: failed("installation_revoked", { created: null }),
};

/** Every session of a team that the app may no longer see ends like this. */
export const teamAccessLost = { code: "team_access_removed", words: failed("team_access_removed", { created: null }) };

/** The queue has given up on a step. `reason` is a failure's code where there is one; anything else stays in the log. */
export function gaveUp(step: StepName, reason: string): string {
  const code = Object.keys(failures).find((name) => reason.includes(name));
  if (code) return failed(code, { created: step === "read-page" || step === "propose-plan" ? 0 : null });
  const isBefore = step === "read-page" || step === "propose-plan";
  return `I stopped while ${doing[step]}: it failed several times in a row. ${existing(isBefore ? 0 : null)} ${unknown.next}`;
}
