import { escapeLine } from "./escape-markdown.js";
import { clip, count, link, quote, safeUrl } from "./phrases.js";

/** When the page of the plan is being read. */
export const reading = (title: string): string => `Reading ${quote(title)}`;

/** No link to a page was found; says where it was looked for. `issue` is the identifier of the issue that the agent was mentioned on. */
export function noPageFound(issue: string | null): string {
  const where = issue
    ? `your comment, the description of ${escapeLine(issue)} and its earlier comments`
    : "your message";
  return `I didn’t find a link to a Confluence page. I looked in ${where}. Could you send me the link of the page with your plan?`;
}

/** A session that people have made holds neither a page nor a step. */
export const noSteps =
  "There is nothing to plan here yet: no step, and no link to a Confluence page. Add the steps and say “go on”, or send me the link of the page with your plan.";

/** Several pages were named: which one is it? The buttons carry the same numbers. */
export function severalPages(urls: readonly string[]): string {
  const list = urls.map((url, index) => `${index + 1}. ${link(pageLabel(url), url)}`).join("\n");
  return `I found ${count(urls.length, "Confluence page")}. Which one holds the plan?\n\n${list}`;
}

/** What a page is called when only its address is known: the title in the address, else its last part. */
export function pageLabel(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const last = parsed?.pathname.split("/").filter(Boolean).at(-1);
  if (!parsed || !last) return clip(url, 80);
  const pageId = parsed.searchParams.get("pageId");
  return clip(pageId ? `Page ${pageId}` : /^\d+$/.test(last) ? `Page ${last}` : decoded(last.replaceAll("+", " ")), 80);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

type Unreadable =
  | { kind: "not_found" }
  | { kind: "host_not_allowed"; host: string }
  | { kind: "space_not_allowed"; space: string };

/** The page cannot be read: why, and what would help. */
export function cannotRead(result: Unreadable, url: string): string {
  const page = safeUrl(url) ? link(pageLabel(url), url) : "that page";
  switch (result.kind) {
    case "not_found":
      return `I can’t open ${page}. It may have been moved or deleted, or my Confluence connection may not see it. Could you check the link, or send me another one?`;
    case "host_not_allowed":
      return `That page is on ${quote(result.host)}, which is not the Confluence site I’m connected to, so I didn’t open it. Could you send me a page of the connected site, or ask an admin to connect that one?`;
    case "space_not_allowed":
      return `That page is in the space ${quote(result.space)}, which I’m not allowed to read, so I left it alone. Could you send me a page of another space, or ask an admin to allow this one?`;
  }
}

/** The link leads to something that holds no page text. `what` is a word such as "whiteboard". */
export function notAPage(what: string): string {
  return `That link leads to ${/^[aeiou]/i.test(what) ? "an" : "a"} ${escapeLine(what)}, which I can’t read. Could you send me the link of a page?`;
}

/** No team is known, as with a mention in a document. */
export const whichTeam = "Which team shall I plan this for?";

/** There is no connection to Confluence yet; the link stands beside these words. */
export const noConnection =
  "I’m not connected to Confluence yet. Could you connect me with the link below? I go on by myself as soon as that is done.";

/** The page has view restrictions of its own. */
export const restricted =
  "Only some people may see this page in Confluence, but everybody who sees this issue would see the plan here. Shall I show it?";

/** Another session works on the plan of this page. */
export function otherSession(other: { issue: string | null; message: string; notUnderstood: boolean }): string {
  const where = other.issue ? ` on ${escapeLine(other.issue)}` : "";
  const stands = other.message ? ` It stands at “${escapeLine(other.message)}”.` : "";
  const again = other.notUnderstood ? "Sorry, I didn’t get which one you mean. " : "";
  return `${again}I’m already working on this page${where}.${stands} Shall we go on there, or shall I take it over here?`;
}

/** The answer "go on there". */
export const goOnThere = "All right, we go on there. I leave it alone here.";

/** The answer "take over here". */
export const takingOver = "Taking it over. I’m ending the other run first; what it has created stays.";

/** Where a finished plan stands, when somebody asks after it. */
export function whereThePlanStands(plan: { title: string | null; pageUrl: string | null; items: number }): string {
  if (plan.title === null) return "There is no plan here yet. Mention me with a Confluence page and I make one.";
  const page = link(plan.title, plan.pageUrl);
  const exists =
    plan.items === 0
      ? "none of its issues exists in Linear"
      : `${count(plan.items, "issue")} of it ${plan.items === 1 ? "is" : "are"} in Linear`;
  return `The plan of ${page} is not being worked on at the moment; ${exists}. ${help}`;
}

/** What a person can say. */
export const help =
  "Mention me with the page to plan it again. You can also say “undo” to take back what the last run created, or “where do you stand?”.";

export const comparing = (title: string): string =>
  `Comparing the page “${escapeLine(title)}” with its issues. I'll tell you here what came of it.`;
export const notKeptInStep =
  "Page and issues of this plan are not kept in step: it is switched off for this engagement, or paused. Switch it on or resume it, then ask me again.";
