import { randomUUID } from "node:crypto";
import type { Intent } from "../../../domain/conversation/intent.js";
import { selectValue } from "../../../domain/conversation/select-value.js";
import { understand } from "../../../domain/conversation/understand.js";
import type { PlanId } from "../../../domain/ids.js";
import { liveSource } from "../../../domain/live-steps.js";
import { findPageAddresses, type PageAddress } from "../../../domain/page-address.js";
import { isWorking, type PlanningSession } from "../../../domain/session.js";
import * as words from "../../../domain/wording/finding-page.js";
import { cancelled, undone } from "../../../domain/wording/ending.js";
import { FatalError } from "../../../domain/errors.js";
import type { PageSnapshot, Plan, Reply, World } from "../../../ports.js";
import type { ConfluenceClient, Page, PageResult } from "../../../ports-services.js";
import {
  ask,
  cancel,
  complete,
  type DecidingStep,
  elicitation,
  goTo,
  type StepInput,
  type StepResult,
  thought,
} from "../../step.js";
import { engagementOf } from "./engagement-of.js";
import { readSteps, stepsOf } from "./read-steps.js";

/** Finds the page that the person means, or the steps of a live plan, reads them, and makes the plan of this source and team the session's own. */
export const readPage: DecidingStep = {
  kind: "deciding",
  async run(input) {
    const result = await read(input);
    return result.event.type === "asked" ? { ...result, work: { ...result.work, carried: carried(input) } } : result;
  },
};

/** What people have said so far, for when there is a plan to see. */
const carried = ({ session, replies }: StepInput): string[] => [
  ...(session.work.carried ?? []),
  ...replies.map((reply) => reply.body),
];

async function read(input: StepInput): Promise<StepResult> {
  const { session, plan, replies, world } = input;
  const said = replies.at(-1)?.body ?? "";
  const intent = intentOf(session, said);
  const request = await requestInstead(input, intent, said);
  if (request) return request;

  const address = chooseAddress(session, plan, replies, intent);
  if (address === "steps") return takeSteps(input, intent);
  if ("event" in address) return address;
  const team = await chooseTeam(session, intent, address, world);
  if ("event" in team) return team;

  const result = await readAndTake(input, intent, address, team);
  return { ...result, work: { teamId: team.id, ...result.work } };
}

/** A session that people have made without a page plans what they have written in it. */
async function takeSteps(input: StepInput, intent: Intent): Promise<StepResult> {
  const { session, world } = input;
  const snapshot = await readSteps(session, world);
  if (!snapshot) return askForPage(session, words.noSteps);
  const team = await chooseTeam(session, intent, null, world);
  if ("event" in team) return team;
  const id = stepsOf(session);
  const found = { source: liveSource(id), pageId: null, pageUrl: world.dashboardUrl({ ...session, id }), snapshot };
  return takePlan(input, found, team, { work: { teamId: team.id } });
}

async function readAndTake(
  input: StepInput,
  intent: Intent,
  address: PageAddress,
  team: { id: string; name: string },
): Promise<StepResult> {
  const { session, world } = input;
  const confluence = await world.confluence(session.organizationId, address.host);
  if (!confluence) return connectFirst(session, address, world);
  const read = await readThrough(confluence, address);
  if (read.kind === "revoked") return askToConnect(session, address, world);
  if (read.kind !== "page") return askForPage(session, words.cannotRead(read, address.url));
  const { page } = read;
  if (page.restricted && !(await isConfirmed(input, page, intent, team)))
    return confirmRestricted(session, page, address);
  const found = {
    source: `confluence:${address.host}${address.basePath}:${page.id}`,
    pageId: page.id,
    pageUrl: page.url,
    snapshot: { pageVersion: page.version, title: page.title, body: page.body },
  };
  return takePlan(input, found, team, {
    title: page.title,
    pageUrl: page.url,
    work: { pageUrl: address.url, ...(page.restricted ? { confirmedPageVersion: page.version } : {}) },
  });
}

/** A connection that Confluence no longer takes is one that has to be made again: the person is asked, the run does not fail. */
export async function readThrough(
  confluence: ConfluenceClient,
  address: PageAddress,
): Promise<PageResult | { kind: "revoked" }> {
  try {
    return await confluence.readPage(address);
  } catch (error) {
    if (error instanceof FatalError && error.code === "confluence_revoked") return { kind: "revoked" };
    throw error;
  }
}

function intentOf(session: PlanningSession, said: string): Intent {
  const question = session.question;
  const context = {
    proposalId: null,
    items: [],
    teams: question?.kind === "which_team" ? question.teams : [],
    pages: question?.kind === "which_page" ? question.pages.map((title) => ({ title })) : [],
    question:
      question && question.kind !== "approval" && question.kind !== "connect" ? question.kind : ("none" as const),
  };
  return understand(said, context);
}

/** What a person may want here besides naming a page: to stop, to take something back, to hear where things stand, to take over. */
async function requestInstead(
  { session, plan, world }: StepInput,
  intent: Intent,
  said: string,
): Promise<StepResult | null> {
  const opening = session.question
    ? intent
    : understand(session.prompt.texts[0] ?? "", { proposalId: null, items: [], teams: [], question: "none" });
  if (intent.type === "cancel") return cancel(cancelled({ created: 0 }));
  if (!session.question && opening.type === "undo") return takeBack(session, world);
  if (!session.question && opening.type === "sync_now") return syncNow(session, plan, world);
  if (!session.question && session.work.after && (opening.type === "status" || opening.type === "help")) {
    const items = plan
      ? (await world.sessions.items(plan.id)).filter((item) => item.linearId && item.state === "active")
      : [];
    return complete(
      words.whereThePlanStands({ title: plan?.pageTitle ?? null, pageUrl: plan?.pageUrl ?? null, items: items.length }),
    );
  }
  if (session.question?.kind !== "other_session") return null;
  const { sessionId } = session.question;
  if (intent.type === "go_on_there") return cancel(words.goOnThere);
  if (intent.type !== "take_over") {
    const holder = (await world.sessions.load(sessionId))?.session;
    return holder && isWorking(holder) ? askWhoGoesOn(session, holder, session.question.planId, said) : null;
  }
  await world.sessions.requestStop(sessionId, { actor: "agent", takenOverBy: session.id });
  return goTo("read-page", { say: [thought(words.takingOver)], notBefore: world.now() + 5_000 });
}

/** Page and issues are compared at once; what came of it is said when it is done. Where nothing is known to be compared, the page is planned. */
async function syncNow(session: PlanningSession, own: Plan | null, world: World): Promise<StepResult | null> {
  const found = own ? { plan: own, holder: session } : (await plansMeant(session, world))[0];
  if (!found || found.plan.basePageVersion === null || !found.plan.pageId) return null;
  const { plan, holder } = found;
  if (holder.id !== session.id && isWorking(holder)) return askWhoGoesOn(session, holder, plan.id);
  const due = await world.sync.request({
    organizationId: session.organizationId,
    because: "person",
    planIds: [plan.id],
    askedBy: session.createdBy ?? "linear",
  });
  if (due.length === 0) return complete(words.notKeptInStep);
  const { id, source, teamId, pageId, pageUrl, pageTitle: title } = plan;
  return {
    event: { type: "completed" },
    say: [thought(words.comparing(title))],
    teamId,
    ...(pageUrl ? { pageUrl } : {}),
    claimPlan: { id, source, teamId, pageId, pageUrl, title },
  };
}

/** The plans of the page that is named, else of the issue that the agent was mentioned on. */
async function plansMeant(session: PlanningSession, world: World) {
  const [address] = session.prompt.texts.slice(0, 1).flatMap((text) => findPageAddresses(text));
  if (address?.target.kind === "page") {
    const source = `confluence:${address.host}${address.basePath}:${address.target.pageId}`;
    return world.sync.plansOf(session.organizationId, { source });
  }
  return session.issueId ? world.sync.plansOf(session.organizationId, { issueId: session.issueId }) : [];
}

/** Undo is about the last run of this conversation, whichever plan it worked on. */
async function takeBack(session: PlanningSession, world: World): Promise<StepResult> {
  const last = await world.sessions.lastRun(session);
  if (!last) return complete(undone({ trashed: 0, kept: [] }));
  const { plan, holder, run } = last;
  if (holder.id !== session.id && isWorking(holder)) {
    if (holder.stopRequested) return goTo("read-page", { notBefore: world.now() + 2_000 });
    return askWhoGoesOn(session, holder, plan.id);
  }
  const { id, source, teamId, pageId, pageUrl, pageTitle } = plan;
  const engagement = await engagementOf(session, { id: teamId, name: pageTitle }, world);
  return goTo("apply-undo", {
    work: { undoOf: run.id },
    teamId,
    engagementId: engagement.id,
    ...(pageUrl && pageId ? { pageUrl } : {}),
    claimPlan: { id, source, teamId, pageId, pageUrl, title: pageTitle },
  });
}

function askWhoGoesOn(session: PlanningSession, holder: PlanningSession, planId: PlanId, said = ""): StepResult {
  const again = session.question?.kind === "other_session" ? session.question.again + 1 : 0;
  return ask(
    { kind: "other_session", step: "read-page", again, sessionId: holder.id, planId },
    elicitation(
      words.otherSession({
        issue: holder.prompt.issue?.identifier ?? null,
        message: holder.progressMessage,
        notUnderstood: said !== "",
      }),
      [
        { label: "Go on there", value: selectValue.goOn(holder.id) },
        { label: "Take over here", value: selectValue.takeOver(holder.id) },
      ],
    ),
  );
}

/** The page named last wins: in the reply, then as chosen before, then where the agent was mentioned, then the plan's own. */
function chooseAddress(
  session: PlanningSession,
  plan: Plan | null,
  replies: Reply[],
  intent: Intent,
): PageAddress | StepResult | "steps" {
  if (session.question?.kind === "which_page" && intent.type === "choose_page" && "index" in intent) {
    const [address] = findPageAddresses(session.question.pages[intent.index - 1] ?? "");
    if (address) return address;
  }
  const plansSteps = session.agentSessionId === null && session.pageUrl === null;
  const looked = [
    ...replies.map((reply) => reply.body).reverse(),
    session.work.pageUrl,
    ...session.prompt.texts,
    session.work.earlierPageUrl,
    // A plan with a page that such a session holds came by a merge.
    plansSteps ? null : plan?.pageUrl,
  ];
  for (const text of looked) {
    const found = text ? findPageAddresses(text) : [];
    const [address, another] = found;
    if (!address) continue;
    if (another) return askWhichPage(session, found);
    if (address.target.kind === "unsupported") return askForPage(session, words.notAPage(address.target.what));
    return address;
  }
  if (plansSteps) return "steps";
  return askForPage(session, words.noPageFound(session.prompt.issue?.identifier ?? null));
}

function askWhichPage(session: PlanningSession, found: PageAddress[]): StepResult {
  const pages = found.slice(0, 10).map((address) => address.url);
  const again = session.question?.kind === "which_page" ? session.question.again + 1 : 0;
  return ask(
    { kind: "which_page", step: "read-page", again, pages },
    elicitation(
      words.severalPages(pages),
      pages.map((url, index) => ({ label: words.pageLabel(url), value: selectValue.page(index + 1) })),
    ),
  );
}

function askForPage(session: PlanningSession, body: string): StepResult {
  const again = session.question?.kind === "no_page" ? session.question.again + 1 : 0;
  return ask({ kind: "no_page", step: "read-page", again }, elicitation(body), { work: forgetPage });
}
const forgetPage = { pageUrl: "" };

async function chooseTeam(
  session: PlanningSession,
  intent: Intent,
  address: PageAddress | null,
  world: World,
): Promise<{ id: string; name: string } | StepResult> {
  const chosen = intent.type === "choose_team" ? intent.teamId : (session.work.teamId ?? session.teamId);
  const teams = await world.linear(session.organizationId).listTeams();
  const [only, another] = teams;
  const team = chosen ? teams.find((one) => one.id === chosen) : another ? undefined : only;
  if (team) return team;
  return ask(
    { kind: "which_team", step: "read-page", again: 0, teams: teams.map(({ id, key, name }) => ({ id, key, name })) },
    elicitation(
      words.whichTeam,
      teams.map(({ id, name }) => ({ label: name, value: selectValue.team(id) })),
    ),
    address ? { work: { pageUrl: address.url } } : {},
  );
}

async function connectFirst(session: PlanningSession, address: PageAddress, world: World): Promise<StepResult> {
  const anywhere = await world.confluence(session.organizationId, null);
  if (!anywhere) return askToConnect(session, address, world);
  return askForPage(session, words.cannotRead({ kind: "host_not_allowed", host: address.host }, address.url));
}

async function askToConnect(session: PlanningSession, address: PageAddress, world: World): Promise<StepResult> {
  const url = await world.connectLink(session);
  return ask(
    { kind: "connect", step: "read-page", again: 0 },
    { content: { type: "elicitation", body: words.noConnection }, auth: { url, providerName: "Confluence" } },
    { work: { pageUrl: address.url } },
  );
}

/** A page that not everybody may see is shown here only after somebody has said so who may approve. */
async function isConfirmed(
  { session, replies, world }: StepInput,
  page: Page,
  intent: Intent,
  team: { id: string; name: string },
): Promise<boolean> {
  if (session.work.confirmedPageVersion === page.version) return true;
  if (session.question?.kind !== "confirm_restricted" || intent.type !== "confirm") return false;
  const { settings, members } = await engagementOf(session, team, world);
  return settings.approval !== "members" || members.includes(replies.at(-1)?.actor ?? "");
}

const confirmRestricted = (session: PlanningSession, page: Page, address: PageAddress): StepResult =>
  ask(
    { kind: "confirm_restricted", step: "read-page", again: 0, pageVersion: page.version },
    elicitation(words.restricted, [
      { label: "Show the plan here", value: selectValue.confirm(session.id) },
      { label: "Cancel", value: selectValue.cancel(session.id) },
    ]),
    { work: { pageUrl: address.url } },
  );

type Found = { source: string; pageId: string | null; pageUrl: string; snapshot: PageSnapshot };

/** Moves on with the plan of this source and team; asks where another session works on it. */
async function takePlan(
  input: StepInput,
  { source, pageId, pageUrl, snapshot }: Found,
  team: { id: string; name: string },
  more: Pick<StepResult, "title" | "pageUrl" | "work">,
): Promise<StepResult> {
  const { session, world } = input;
  const found = await world.sessions.findPlan(session.organizationId, source, team.id);
  if (found && found.holder.id !== session.id && isWorking(found.holder)) {
    if (found.holder.stopRequested) return goTo("read-page", { notBefore: world.now() + 2_000 });
    return { ...askWhoGoesOn(session, found.holder, found.plan.id), ...(more.work ? { work: more.work } : {}) };
  }
  const engagement = await engagementOf(session, team, world);
  const { title } = snapshot;
  return goTo("propose-plan", {
    say: [thought(words.reading(title))],
    ...more,
    teamId: team.id,
    engagementId: engagement.id,
    work: {
      ...more.work,
      carried: carried(input),
      proposedPageVersion: snapshot.pageVersion,
    },
    claimPlan: {
      id: found?.plan.id ?? (randomUUID() as PlanId),
      source,
      teamId: team.id,
      pageId,
      pageUrl,
      title,
    },
    snapshot,
  });
}
