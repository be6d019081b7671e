import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../../lib/ports.js";
import { type DemoWorld, demoWorld } from "../../dev/demo-world.js";
import { planIssues, type ReportedIssue } from "../../dev/report.js";
import type { WorldOptions } from "../../dev/world.js";

export type Activity = ReturnType<DemoWorld["linear"]["control"]["session"]>["activities"][number];

export const fixturePage = (name: string) =>
  readFileSync(join(import.meta.dirname, "../fixtures/planning", `${name}.html`), "utf8");
export const fixturePlan = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/planning", `${name}.json`), "utf8")) as {
    title: string;
    items: {
      key: string;
      type: string;
      title: string;
      parent: string | null;
      storyPoints: number | null;
      priority: string | null;
      dependsOn: string[];
    }[];
  };

/** A page with one epic, one feature and the stories given; enough for most conversations. */
export const smallPage = (stories: string[] = ["Story US-1: First story", "Story US-2: Second story"]) =>
  `<h1>Epic: Small epic</h1><p>Why we do it.</p><h2>Feature: Small feature</h2>${stories
    .map((story) => `<h3>${story}</h3><p><strong>Story points:</strong> 3</p><p><strong>Priority:</strong> High</p>`)
    .join("")}<h3>Enabler EN-1: Small enabler</h3><p><strong>Enabler type:</strong> Infrastructure</p>`;

/** Nothing is kept in step by itself while a test looks at something else. */
const atRest = { SYNC_QUIET_MS: "3600000", SYNC_LONGEST_MS: "3600000", SYNC_POLL_MS: "3600000" };

export type Story = Awaited<ReturnType<typeof aStory>>;

/** A local world in which a test plays the people: one for each test file, because it brings a database of its own. */
export async function aStory(options: WorldOptions & { sweepMs?: number; log?: Log } = {}) {
  const world = await demoWorld({
    sweepMs: 300,
    ...options,
    env: { LEASE_MS: "2000", CLAIM_MS: "2000", STUCK_MS: "2000", ...atRest, ...options.env },
  });
  const { linear, confluence, engine } = world;

  const query = async (sql: string, ...params: (string | null)[]) => {
    const [result] = await engine.run([{ query: sql, params }], { transaction: null });
    return (result?.rows ?? []).map((row) =>
      Object.fromEntries((result?.fields ?? []).map((field, index) => [field.name, row[index] ?? null])),
    );
  };

  const waitFor = async <T>(what: string, look: () => T | Promise<T>, patienceMs = 40_000): Promise<NonNullable<T>> => {
    for (const deadline = Date.now() + patienceMs; ; await new Promise((resolve) => setTimeout(resolve, 15))) {
      const found = await look();
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    }
  };

  const talk = (agentSessionId: string) => {
    const activities = () => linear.control.session({ agentSessionId }).activities;
    const said = () => activities().filter((activity) => activity.author.app);
    /** Waits until the agent waits for a person or has ended and everything is said. */
    const atRest = async () => {
      await linear.control.settled();
      await waitFor("the agent at rest", async () => {
        const [row] = await query(
          `select count(*) as sessions, count(*) filter (where status in ('pending', 'processing') or stop_requested_at is not null) as moving,
                  (select count(*) from outbox o join planning_sessions p on p.id = o.session_id
                    where p.agent_session_id = $1 and o.sent_at is null) as unsent
             from planning_sessions where agent_session_id = $1`,
          agentSessionId,
        );
        return Number(row?.sessions) > 0 && row?.moving === "0" && row.unsent === "0";
      });
      return said().at(-1) as Activity;
    };
    return {
      agentSessionId,
      activities,
      said,
      atRest,
      async reply(body: string, user?: string) {
        linear.control.reply({ agentSessionId, body, ...(user ? { user } : {}) });
        return atRest();
      },
      /** Presses the button whose value begins so. */
      async press(value: string) {
        const option = said()
          .at(-1)
          ?.options?.find((one) => one.value.startsWith(value));
        if (!option) throw new Error(`no button ${value} on: ${said().at(-1)?.body}`);
        linear.control.reply({ agentSessionId, body: option.value });
        return atRest();
      },
      async stop() {
        linear.control.stop({ agentSessionId });
        return atRest();
      },
      sessions: () =>
        query("select * from planning_sessions where agent_session_id = $1 order by created_at", agentSessionId),
    };
  };

  return {
    world,
    linear,
    confluence,
    query,
    waitFor,
    talk,
    page: (body: string, title = "Plan of the small team", spaceKey = "PLAN") =>
      confluence.control.createPage({ spaceKey, title: `${title} ${Math.random().toString(36).slice(2, 8)}`, body }),
    issue: (title = "Please plan this", description = "") =>
      linear.control.createIssue({ title, description }).identifier,
    async mention(body: string, issue?: string) {
      const on = issue ?? linear.control.createIssue({ title: "Please plan this" }).identifier;
      const { agentSessionId } = linear.control.mention({ issue: on, body });
      const conversation = talk(agentSessionId);
      return { ...conversation, issue: on, first: await conversation.atRest() };
    },
    issuesOf: (pageUrl: string): Promise<ReportedIssue[]> => planIssues(world, pageUrl),
    allIssues: () => linear.control.issues(),
    close: () => world.close(),
  };
}
