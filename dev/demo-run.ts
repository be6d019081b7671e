import { createHash } from "node:crypto";
import type { DemoWorld } from "./demo-world.js";
import { planIssues, type ReportedIssue } from "./report.js";

export type DemoReport = {
  status: string;
  session: string | null;
  /** Where the agent was spoken to, and the page that it was asked to plan. */
  agentSession: string;
  page: { id: string; url: string };
  activities: { type: string; body: string; options?: { label: string; value: string }[] }[];
  issues: ReportedIssue[];
  warnings: string[];
  linearRequests: number;
  agentRequests: number;
  ms: number;
};
export type Tell = ((line: string) => void) | null;
export type DemoOptions = {
  answer: string;
  tell: Tell;
  /** The page that has this name stays one page over several runs. */
  pageKey: string;
  /** A page that is known already is planned as it stands, instead of getting the text of the file once more. */
  keepsPage?: boolean;
};
type Activity = ReturnType<DemoWorld["linear"]["control"]["session"]>["activities"][number];

const quietMs = 20;
const patienceMs = 120_000;

/** Mentions the agent with the page, answers its question and waits for the end. */
export async function runDemo(
  world: DemoWorld,
  page: { title: string; body: string },
  options: DemoOptions,
): Promise<DemoReport> {
  const { linear } = world;
  const { id, url } = publish(world, page, options);
  const requestsBefore = linear.control.requests().length;
  const begun = Date.now();
  const { agentSessionId } = linear.control.mention({ issue: "ENG-1", body: `@Planning Agent please plan ${url}` });
  options.tell?.(`Ada mentions the agent on ENG-1: please plan ${url}\n`);
  const watching = watch(world, agentSessionId, options.tell);
  let approvedAt = begun;
  let seen = await watching.untilQuestionOrEnd();
  if (seen.question) {
    const answer = choose(seen.question, options.answer);
    options.tell?.(`\nAda answers: ${answer.label}\n`);
    approvedAt = Date.now();
    linear.control.reply({ agentSessionId, body: answer.value });
    seen = await watching.untilQuestionOrEnd();
  }
  const endedAt = Date.now();
  const { session, status, warnings } = await sessionOf(world, agentSessionId);
  const requests = linear.control.requests().slice(requestsBefore);
  return {
    status,
    session,
    agentSession: agentSessionId,
    page: { id, url },
    activities: seen.activities.map(({ type, body, options: choices }) => ({
      type,
      body,
      ...(choices ? { options: choices.map(({ label, value }) => ({ label: label ?? value, value })) } : {}),
    })),
    issues: await planIssues(world, url),
    warnings,
    linearRequests: countPlanRequests(requests, approvedAt),
    agentRequests: requests.filter(isAgentRequest).length,
    ms: endedAt - approvedAt,
  };
}

/** The same file is the same page; where its text has changed it becomes the page's next version. */
function publish(
  world: DemoWorld,
  { title, body }: { title: string; body: string },
  { pageKey, keepsPage = false }: DemoOptions,
): { id: string; url: string } {
  const { control } = world.confluence;
  const id = String(1_000_000 + (createHash("sha256").update(pageKey).digest().readUInt32BE() % 900_000_000));
  if (!control.state().pages[id]) return control.createPage({ spaceKey: "PLAN", title, body, id });
  const page = control.page({ id });
  if (!keepsPage && (page.body !== body || page.title !== title)) control.editPage({ id, body, title });
  return { id, url: page.url };
}

function watch(world: DemoWorld, agentSessionId: string, tell: Tell) {
  const told = new Set<string>();
  let answered = new Set<string>();
  let checklist = "";
  const look = () => {
    const session = world.linear.control.session({ agentSessionId, vanished: true });
    const plan = (session.plan as { content: string; status: string }[] | null) ?? [];
    for (const activity of session.activities)
      if (!told.has(activity.id) && activity.author.app) {
        told.add(activity.id);
        tell?.(`[${activity.type}] ${activity.body}${buttons(activity)}`);
      }
    const marks = plan
      .map(({ content, status }) => `${{ completed: "✓", inProgress: "▸", canceled: "–" }[status] ?? "·"} ${content}`)
      .join("   ");
    if (marks !== checklist && marks) tell?.(`    ${marks}`);
    checklist = marks;
    return session;
  };
  return {
    async untilQuestionOrEnd(): Promise<{ question: Activity | null; activities: Activity[] }> {
      const deadline = Date.now() + patienceMs;
      while (Date.now() < deadline) {
        const session = look();
        const mine = session.activities.filter((activity) => activity.author.app);
        const last = mine.at(-1);
        const isSettled = await isAtRest(world, agentSessionId);
        if (last && isSettled && last.type === "elicitation" && !answered.has(last.id)) {
          answered = answered.add(last.id);
          return { question: last, activities: session.activities };
        }
        if (last && isSettled && (last.type === "response" || last.type === "error"))
          return { question: null, activities: look().activities };
        await new Promise((resolve) => setTimeout(resolve, quietMs));
      }
      throw new Error("The agent has not come to an end within two minutes");
    },
  };
}

const buttons = (activity: Activity): string =>
  activity.options ? `\n    ${activity.options.map((option) => `[ ${option.label ?? option.value} ]`).join(" ")}` : "";

function choose(question: Activity, wanted: string): { label: string; value: string } {
  const option = question.options?.find((one) => one.value.startsWith(`${wanted}#`));
  return option ? { label: option.label ?? option.value, value: option.value } : { label: wanted, value: wanted };
}

/** True when the session waits for a person or has ended, and all that it had to say has been said. */
async function isAtRest(world: DemoWorld, agentSessionId: string): Promise<boolean> {
  const [row] = await rowsOf(
    world,
    `select count(*) filter (where s.status in ('pending', 'processing')) as moving,
            (select count(*) from outbox o join planning_sessions p on p.id = o.session_id where p.agent_session_id = $1 and o.sent_at is null) as unsent
       from planning_sessions s where s.agent_session_id = $1`,
    [agentSessionId],
  );
  return row?.[0] === "0" && row[1] === "0";
}

async function sessionOf(
  world: DemoWorld,
  agentSessionId: string,
): Promise<{ session: string | null; status: string; warnings: string[] }> {
  const [row] = await rowsOf(
    world,
    "select id, status from planning_sessions where agent_session_id = $1 order by created_at desc limit 1",
    [agentSessionId],
  );
  const warnings = await rowsOf(
    world,
    `select e.body->>'message' from session_events e where e.session_id = $1::uuid and e.type = 'warning' order by e.seq`,
    [row?.[0] ?? null],
  );
  return {
    session: row?.[0] ?? null,
    status: row?.[1] ?? "unknown",
    warnings: warnings.map(([message]) => message ?? ""),
  };
}

/** The rows that a statement gives, values as text. */
export async function rowsOf(
  world: Pick<DemoWorld, "engine">,
  query: string,
  params: (string | null)[],
): Promise<(string | null)[][]> {
  const [result] = await world.engine.run([{ query, params }], { transaction: null });
  return result?.rows ?? [];
}

type LoggedRequest = ReturnType<DemoWorld["linear"]["control"]["requests"]>[number];
const isAgentRequest = (request: LoggedRequest): boolean =>
  request.rootFields.some((field) => /^agent(Activity|Session)/.test(field));

/** Requests about the plan from the approval to the last one that wrote. */
function countPlanRequests(requests: LoggedRequest[], since: number): number {
  const about = requests.filter((request) => !isAgentRequest(request) && new Date(request.at).getTime() >= since);
  const lastWrite = about.findLastIndex((request) => request.kind === "write");
  return about.slice(0, lastWrite + 1).length;
}
