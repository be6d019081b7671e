import { everything, type Selection } from "../../../domain/conversation/intent.js";
import { selectValue } from "../../../domain/conversation/select-value.js";
import { understand } from "../../../domain/conversation/understand.js";
import { derivedUuid } from "../../../domain/ids.js";
import { isLiveSource } from "../../../domain/live-steps.js";
import { findPageAddresses } from "../../../domain/page-address.js";
import { approve } from "../../../domain/plan-approval.js";
import type { ExtractionWarning } from "../../../domain/plan-item.js";
import { readPlan } from "../../../domain/read-plan.js";
import * as words from "../../../domain/wording/approval.js";
import { cancelled, noItems, nothingChanged, nothingChosen } from "../../../domain/wording/ending.js";
import type { LogEntry, PageSnapshot, Plan, Reply } from "../../../ports.js";
import {
  ask,
  cancel,
  complete,
  type DecidingStep,
  elicitation,
  goTo,
  type StepInput,
  type StepResult,
} from "../../step.js";
import { engagementOf } from "./engagement-of.js";
import { readThrough } from "./read-page.js";
import { readSteps } from "./read-steps.js";
import { chosenKeys, prepareProposal, showProposal } from "./proposal.js";

/** Shows the plan that the page holds and asks; takes the answer, which binds to the proposal that it was given to. */
export const proposePlan: DecidingStep = {
  kind: "deciding",
  async run(input) {
    const { session, plan, replies, world } = input;
    const version = session.work.proposedPageVersion;
    const page = plan && version !== undefined ? await world.sessions.snapshot(plan.id, version) : null;
    if (!plan || !page) return goTo("read-page");
    const isAnswer = session.question?.kind === "approval" && replies.length > 0;
    return isAnswer
      ? takeAnswer(input, plan, page)
      : propose(input, plan, page, { selections: saidBefore(input, plan, page) });
  },
};

/** What people have said to leave out before there was anything to see; a yes to what nobody has seen is none. */
function saidBefore({ session, replies }: StepInput, plan: Plan, page: PageSnapshot): Selection[] {
  const said = [...(session.work.carried ?? []), ...replies.map((reply) => reply.body)];
  const items = said.length > 0 ? readPlan(plan, page).items : [];
  return said
    .map((text) => understand(text, { proposalId: null, items, teams: [], question: "approval" }))
    .flatMap((intent) => (intent.type === "narrow" || intent.type === "create" ? [intent.selection] : []))
    .filter((selection) => selection.mode !== "all");
}

type Proposing = { selections: Selection[]; before?: string; again?: number };

async function propose(
  input: StepInput,
  plan: Plan,
  page: PageSnapshot,
  { selections, before, again = 0 }: Proposing,
): Promise<StepResult> {
  const proposal = await prepareProposal(input, plan, page);
  if (proposal.proposed.length === 0) return complete(noItems(page.title));
  const keys = chosenKeys(proposal.proposed, selections);
  if (keys.length === 0 && selections.length > 0)
    return propose(input, plan, page, { selections: [], before: nothingChosen, again });
  if (
    keys.length === 0 &&
    proposal.existing.some((item) => item.linksPending && item.linearId && item.state === "active")
  )
    return goTo("apply-links");
  if (keys.length === 0) return complete(nothingChanged(proposal.proposed.length, plan.pageUrl));
  const id = derivedUuid(input.session.id, "proposal", input.session.version).slice(0, 8);
  const text = showProposal(plan, proposal, new Set(keys));
  const isFirst = input.session.proposal?.pageVersion !== page.pageVersion;
  const hasEnablers = proposal.proposed.some(
    (item) => item.fields.kind === "enabler" && keys.includes(item.fields.key),
  );
  return ask(
    { kind: "approval", step: "propose-plan", again, proposalId: id },
    elicitation(before ? `${before}\n\n${text}` : text, [
      { label: words.createLabel(proposal.proposed, keys), value: selectValue.create(id) },
      ...(hasEnablers ? [{ label: "Create without enablers", value: selectValue.createWithoutEnablers(id) }] : []),
      { label: "Cancel", value: selectValue.cancel(id) },
    ]),
    {
      proposal: { id, pageVersion: page.pageVersion, selections, keys },
      log: isFirst ? warningsOf(proposal.extraction.warnings) : [],
      work: { setup: proposal.setup, carried: [], related: proposal.related },
    },
  );
}

const loggedWarnings = 100;

/** What extraction was not sure of, for the session's log; a page that was edited badly can have thousands. */
const warningsOf = (warnings: ExtractionWarning[]): LogEntry[] =>
  warnings
    .slice(0, loggedWarnings)
    .map(({ code, message, itemKey }) => ({ type: "warning", body: { code, message, itemKey }, actor: "agent" }));

async function takeAnswer(input: StepInput, plan: Plan, page: PageSnapshot): Promise<StepResult> {
  const { session, replies, world } = input;
  const { proposal } = session;
  const context = {
    proposalId: proposal?.id ?? null,
    items: readPlan(plan, page).items,
    teams: await world.linear(session.organizationId).listTeams(),
    question: "approval",
  } as const;
  const intents = replies.map((reply) => ({ reply, intent: understand(reply.body, context) }));
  const [last, ...earlier] = intents.reverse();
  if (!last) return propose(input, plan, page, { selections: [] });
  const narrowed = earlier.reverse().flatMap(({ intent }) => (intent.type === "narrow" ? [intent.selection] : []));
  const selections = [...(proposal?.selections ?? []), ...narrowed];
  const askAgain = (before: string) =>
    propose(input, plan, page, { selections, before, again: (session.question?.again ?? 0) + 1 });
  if (narrowed.length < earlier.length) return askAgain(words.severalThings);

  const { intent, reply } = last;
  switch (intent.type) {
    case "create":
    case "confirm":
      if (intent.proposalId !== null && intent.proposalId !== proposal?.id) return askAgain(words.earlierProposal);
      return create(input, plan, page, reply, [
        ...selections,
        intent.type === "create" ? intent.selection : everything,
      ]);
    case "narrow":
      return propose(input, plan, page, { selections: [...selections, intent.selection] });
    case "move_to_team":
    case "choose_team":
      return goTo("read-page", { teamId: intent.teamId, work: { teamId: intent.teamId } });
    case "cancel":
      return cancel(cancelled({ created: 0 }));
    case "replan":
      return goTo("read-page");
    default:
      if (isOnlyALink(reply.body)) return goTo("read-page", { work: { pageUrl: reply.body } });
      return askAgain(words.askedAgain(intent.type));
  }
}

/** A link with a word or two is another page to plan; one among other words may be there for any reason. */
function isOnlyALink(text: string): boolean {
  const [address] = findPageAddresses(text);
  return address !== undefined && text.replace(address.url, "").trim().split(/\s+/).length <= 4;
}

/** Yes: to what was shown, by somebody who may say so, about a page that still says the same. */
async function create(
  input: StepInput,
  plan: Plan,
  page: PageSnapshot,
  reply: Reply,
  selections: Selection[],
): Promise<StepResult> {
  const { session, world } = input;
  const engagement = await engagementOf(session, { id: plan.teamId, name: plan.pageTitle }, world);
  if (engagement.settings.approval === "members" && !engagement.members.includes(reply.actor))
    return propose(input, plan, page, { selections: session.proposal?.selections ?? [], before: words.membersOnly });

  const current = await readAgain(input, plan, page);
  if (current === "gone") return goTo("read-page");
  if (current.pageVersion !== page.pageVersion && !saysTheSame(plan, current, page)) {
    const result = await propose(input, plan, current, { selections, before: words.pageChanged });
    return {
      ...result,
      snapshot: current,
      plan: { id: plan.id },
      work: { ...result.work, proposedPageVersion: current.pageVersion },
    };
  }
  const proposal = await prepareProposal(input, plan, page);
  const chosen = chosenKeys(proposal.proposed, selections);
  if (chosen.length === 0) return complete(nothingChosen);
  const items = approve({
    proposed: proposal.proposed,
    existing: proposal.existing,
    chosen: new Set(chosen),
    planId: plan.id,
    proposalId: session.proposal?.id ?? "",
    sessionId: session.id,
    epicsAs: engagement.settings.epics,
  });
  return goTo("apply-items", {
    log: [
      {
        type: "plan.approved",
        body: { proposal: session.proposal?.id ?? null, items: chosen.length },
        actor: reply.actor,
      },
    ],
    work: { setup: proposal.setup, approvedPageVersion: page.pageVersion },
    plan: { id: plan.id, items },
  });
}

async function readAgain(
  { session, world }: StepInput,
  plan: Plan,
  page: PageSnapshot,
): Promise<PageSnapshot | "gone"> {
  if (isLiveSource(plan.source)) return (await readSteps(session, world)) ?? "gone";
  const [address] = findPageAddresses(plan.pageUrl ?? "");
  const confluence = address && (await world.confluence(session.organizationId, address.host));
  if (!address || !confluence) return page;
  const read = await readThrough(confluence, address);
  const isHidden = read.kind === "page" && read.page.restricted && session.work.confirmedPageVersion === undefined;
  return read.kind === "page" && !isHidden
    ? { pageVersion: read.page.version, title: read.page.title, body: read.page.body }
    : "gone";
}

function saysTheSame(plan: Plan, one: PageSnapshot, other: PageSnapshot): boolean {
  const items = (page: PageSnapshot) =>
    JSON.stringify(readPlan(plan, page).items.map(({ source: _source, localId: _localId, ...fields }) => fields));
  return items(one) === items(other);
}
