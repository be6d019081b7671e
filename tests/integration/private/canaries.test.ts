import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBase } from "../../../lib/compose/delivering.js";
import { readEnvironment } from "../../../lib/compose/env.js";
import { keyring } from "../../../lib/db/keyring.js";
import { tokenStore } from "../../../lib/db/token-store.js";
import { hashOf, sealSecret } from "../../../lib/http/api/authenticate.js";
import type { Log } from "../../../lib/ports.js";
import { aStory, type Story } from "../../support/story.js";

const canary = {
  title: "CANARYTITLE",
  body: "CANARYBODY",
  story: "CANARYSTORY",
  reply: "CANARYREPLY",
  step: "CANARYSTEP",
  query: "CANARYQUERY",
  edit: "CANARYEDIT",
  issue: "CANARYISSUE",
};

/** Columns that are meant to hold what people wrote: the plan, the log, what is said, and what a session was asked. */
const forWords = new Set([
  "page_snapshots.title",
  "page_snapshots.body",
  "plans.page_title",
  "plans.page_url",
  "plan_items.title",
  "plan_items.key",
  "plan_items.fields",
  "plan_items.base",
  // What keeping in step remembers: values that two sides disagree about, what was done to which item, what issues said, what people are told.
  "plans.sync_work",
  "plans.paused_because",
  "conflicts.base",
  "conflicts.linear_change",
  "conflicts.confluence_change",
  "conflicts.resolved_change",
  "sync_history.done",
  "page_writes.done",
  "issue_events.data",
  "planning_sessions.planning_title",
  "planning_sessions.confluence_page_url",
  "planning_sessions.prompt",
  "planning_sessions.proposal",
  "planning_sessions.question",
  "planning_sessions.work",
  "session_events.body",
  "outbox.body",
  "plan_steps.text",
  // What was answered to a request that may be repeated, for a day.
  "idempotency_keys.body",
  "memory_nodes.title",
  "memory_nodes.content",
  "memory_nodes.search",
  "memory_terms.term",
]);

describe("canaries", () => {
  let story: Story;
  let secrets: string[] = [];
  const lines: string[] = [];
  const printed: string[] = [];
  const { log: consoleLog, error: consoleError } = console;
  const log = Object.fromEntries(
    ["info", "warn", "error"].map((level) => [
      level,
      (event: string, context: object) => void lines.push(JSON.stringify({ level, event, ...context })),
    ]),
  ) as Log;

  beforeAll(async () => {
    console.log = console.error = (...args: unknown[]) => void printed.push(args.map(String).join(" "));
    story = await aStory({ log, env: { QSTASH_RETRY_DELAY: "100", SYNC_QUIET_MS: "300", SYNC_LONGEST_MS: "1500" } });
    const page = story.page(
      `<h1>Epic: ${canary.title} epic</h1><p>${canary.body}</p><h2>Feature: One</h2><h3>Story US-1: ${canary.story}</h3><h3>Story US-2: Another</h3>`,
      canary.title,
    );
    const { faults } = story.world;
    faults.confluence.add({ kind: "server_error", on: "GET /wiki/api/v2/pages", times: 1 });
    faults.confluence.add({ kind: "truncated", on: "GET /wiki/api/v2/pages", times: 1, after: 1 });
    faults.linear.add({ kind: "truncated", on: "issueBatchCreate", times: 1 });
    faults.linear.add({ kind: "lost_answer", on: "agentActivityCreate", times: 2 });
    faults.neon.add({ kind: "lost_answer", on: "sql", times: 1, after: 30 });
    const mention = await story.mention(`please plan ${page.url} ${canary.reply}`);
    await mention.reply(`${canary.reply} and what is this`);
    const done = await mention.press("create#");
    expect(done.type).toBe("response");
    expect(await story.issuesOf(page.url)).toHaveLength(4);
    await disagree(page.id, mention);
    secrets = [...(await openSecrets()), ...(await callTheApi())];
  });
  afterAll(async () => {
    console.log = consoleLog;
    console.error = consoleError;
    await story.close();
  });

  /** Page and issue come to say different things, people are asked and one of them answers. */
  const disagree = async (pageId: string, { agentSessionId, said }: Awaited<ReturnType<Story["mention"]>>) => {
    const { linear, confluence } = story;
    const issue = story.allIssues().find(({ title }) => title === canary.story)?.identifier ?? "";
    confluence.control.editPage({ id: pageId, body: (body) => body.replace(canary.story, canary.edit) });
    linear.control.editIssue({ issue, change: { title: canary.issue, description: `${canary.issue} in other words` } });
    const { options } = await story.waitFor("a question", () =>
      said().find(({ type, body }) => type === "elicitation" && body?.includes(canary.edit)),
    );
    const body = (options ?? []).find(({ value }) => value.startsWith("resolve-linear#"))?.value ?? "";
    linear.control.reply({ agentSessionId, body });
    await story.waitFor("the page to follow", () =>
      confluence.control.page({ id: pageId }).body.includes(canary.issue),
    );
    await story.waitFor(
      "the run to be over",
      async () => (await story.query("select id from sync_history")).length > 1,
    );
  };

  /** Works through the API, with an API token and with a browser's cookie: what was secret in that. */
  const callTheApi = async (): Promise<string[]> => {
    const { url, env } = story.world;
    type Answer = { answered: number; token?: string; plan_id?: string };
    const send = async (path: string, headers: Record<string, string>, body?: object): Promise<Answer> => {
      const response = await fetch(`${url}${path}`, {
        headers: { "content-type": "application/json", ...headers },
        ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
      });
      return { ...((await response.json()) as Omit<Answer, "answered">), answered: response.status };
    };
    const org = { "x-org-id": String(env.DEMO_ORGANIZATION) };
    const { token } = await send("/api/v1/tokens", org, { name: "A script", scope: "admin" });
    const bearer = { authorization: `Bearer ${String(token)}` };
    const secret = randomBytes(32).toString("base64url");
    await story.query(
      `insert into sign_ins (id, organization_id, user_id, hash, expires_at)
       select gen_random_uuid(), organization_id, id, $1, now() + interval '1 hour' from users where linear_user_id = 'demo'`,
      hashOf(secret),
    );
    const sealed = sealSecret(secret, keyring(String(env.TOKEN_KEYS)));
    const cookie = { cookie: `session=${sealed}` };

    const repeatable = { "idempotency-key": randomUUID() };
    const { plan_id: plan } = await send("/api/plan/start", { ...bearer, ...repeatable }, { title: canary.title });
    const step = { plan_id: plan, text: canary.step, owner: "Ada" };
    const statuses = [
      await send("/api/plan/step", { ...bearer, "idempotency-key": randomUUID() }, step),
      await send("/api/plan/step", cookie, step),
      await send("/api/plan/step", bearer, { ...step, owner: 1, [canary.step]: canary.step }),
      await send(`/api/plan/${String(plan)}/archive`, cookie, {}),
      await send(`/api/v1/memory/search?q=${canary.query}%20${canary.step}`, bearer),
      await send(`/api/v1/memory/search?q=${canary.query}&limit=no`, cookie),
      await send(`/api/v1/memory/search?q=${canary.query}`, { authorization: `Bearer ${String(token)}x` }),
    ].map(({ answered }) => answered);
    expect(statuses).toEqual([200, 200, 400, 200, 200, 400, 401]);
    return [String(token), secret, sealed];
  };

  /** The tokens as they are, opened with the key; and what the application itself keeps secret. */
  const openSecrets = async () => {
    const env = readEnvironment(story.world.env);
    const { db } = openBase(env);
    const opened: string[] = [
      env.TOKEN_KEYS,
      env.LINEAR_CLIENT_SECRET,
      env.LINEAR_WEBHOOK_SECRET,
      env.CONFLUENCE_CLIENT_SECRET,
      env.QSTASH_TOKEN,
    ];
    for (const provider of ["linear", "confluence"] as const) {
      const store = tokenStore(db, keyring(env.TOKEN_KEYS), provider);
      for (const { id } of await story.query(`select id from ${provider}_tokens`)) {
        const tokens = await store.load(id ?? "");
        opened.push(...[tokens?.accessToken, tokens?.refreshToken].filter((token) => typeof token === "string"));
      }
    }
    return opened;
  };

  it("finds no word of a page, an answer or a token in the logs", () => {
    const all = [...lines, ...printed].join("\n");
    expect(lines.length).toBeGreaterThan(10);
    for (const word of Object.values(canary)) expect(all).not.toContain(word);
    for (const secret of secrets) expect(all).not.toContain(secret);
  });

  it("finds none in what was handed to the queue", () => {
    const handed = JSON.stringify([
      story.world.qstash.control.messages(),
      story.world.qstash.control.deliveries(),
      story.world.qstash.control.dlq(),
    ]);
    expect(story.world.qstash.control.deliveries().length).toBeGreaterThan(3);
    for (const word of [...Object.values(canary), ...secrets]) expect(handed).not.toContain(word);
  });

  it("finds words in the database only in the columns meant for them, and tokens nowhere", async () => {
    const columns = await story.query(
      "select table_name, column_name from information_schema.columns where table_schema = 'public' and table_name in (select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE')",
    );
    const found = new Set<string>();
    for (const { table_name: table, column_name: column } of columns) {
      const rows = await story.query(`select "${column}"::text as value from "${table}" where "${column}" is not null`);
      const text = rows.map((row) => row.value).join("\n");
      if (Object.values(canary).some((word) => text.includes(word))) found.add(`${table}.${column}`);
      for (const secret of secrets) expect(text.includes(secret), `${table}.${column} holds a token`).toBe(false);
      expect(text.includes(canary.query), `${table}.${column} holds what somebody searched for`).toBe(false);
    }
    expect([...found]).toEqual(
      expect.arrayContaining(["plan_steps.text", "conflicts.linear_change", "sync_history.done"]),
    );
    expect(secrets.length).toBeGreaterThan(8);
    expect(found.size).toBeGreaterThan(5);
    expect([...found].filter((column) => !forWords.has(column))).toEqual([]);
  });
});
