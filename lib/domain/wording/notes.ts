import { titleKey } from "../extraction/fold.js";
import { escapeLine } from "./escape-markdown.js";
import { link, listOf, quote } from "./phrases.js";

/** Linear does not take the change of an issue. */
export const refusedChange = (title: string, identifier: string, reason: string): string =>
  `Linear did not take the change of ${quote(title)} (${escapeLine(identifier)})${reason ? `: ${escapeLine(reason)}` : ""}. It stays as it was.`;

/** People's words in Linear that approving would replace. */
export const writesOver = (title: string, identifier: string, fields: string[]): string =>
  `${quote(title)} (${identifier}) was edited in Linear since I wrote it: its ${listOf(fields)} would become what the plan says.`;

/** An issue was thrown away in Linear before; it stays away. */
export const thrownAway = (title: string, identifier: string): string =>
  `${escapeLine(identifier)} ${quote(title)} was thrown away in Linear, so I left it there. Mention me again if you want it back.`;

/** Linear does not take one item of the plan. */
export const refusedItem = (title: string, reason: string): string =>
  `Linear did not take ${quote(title)}${reason ? `: ${quote(reason)}` : ""}. The rest goes on without it.`;

/** The page links an item to an issue in the trash. */
export const linkedIssueTrashed = (title: string, identifier: string): string =>
  `${quote(title)} links to ${escapeLine(identifier)}, which is in the trash, so it gets an issue of its own.`;

/** The page links an item to an issue of another team. */
export const linkedIssueOfOtherTeam = (title: string, identifier: string): string =>
  `${quote(title)} links to ${escapeLine(identifier)} of another team. It gets an issue of its own here; say “without” and its name if you don’t want that.`;

/** The page links an item to an issue that belongs to another plan. */
export const linkedIssueOfOtherPlan = (title: string, identifier: string): string =>
  `${quote(title)} links to ${escapeLine(identifier)}, which belongs to another plan, so it gets an issue of its own.`;

/** Another plan of the page was there first. */
export const followsOneWay =
  "Another plan keeps this page in step already, so these issues follow the page, and what is changed in them is not written to it.";

/** The team has an open issue that says nearly the same. */
export const likelyDuplicate = (found: {
  title: string;
  issue: { title: string; identifier: string; url: string };
}) => {
  const { title, issue } = found;
  const itself = titleKey(title) === titleKey(issue.title) ? "" : ` ${quote(issue.title)}`;
  return `${quote(title)} may already exist as ${link(issue.identifier, issue.url)}${itself}.`;
};

/** More of them than are shown. */
export const moreDuplicates = (count: number): string =>
  `${count} more items have nearly the title of an open issue of the team.`;

/** Earlier plans that this one resembles, each with the reason. */
export const relatedPlans = (plans: readonly { title: string; url: string | null; why: string }[]): string =>
  `Related ${plans.length === 1 ? "plan" : "plans"} from before: ${listOf(plans.map((plan) => `${link(plan.title, plan.url)} (${plan.why})`))}.`;
