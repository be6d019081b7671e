import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectEverything } from "../../../dev/connected.js";
import { aStory, smallPage, type Story } from "../../support/story.js";

describe("when Linear says no", () => {
  let story: Story;
  beforeEach(async () => {
    story = await aStory();
  });
  afterEach(() => story.close());

  const titles = async (url: string) => (await story.issuesOf(url)).map((issue) => issue.title);
  const complete = ["First story", "Second story", "Small enabler", "Small epic", "Small feature"];

  it("stops at the limit of a free plan with one clear message, and goes on where it stopped", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    story.linear.control.configure({ freeIssueLimit: story.allIssues().length + 2 });
    const failed = await mention.press("create#");
    expect(failed.type).toBe("error");
    expect(failed.body).toMatch(/limit|plan/i);
    story.linear.control.configure({ freeIssueLimit: null });
    const done = await mention.reply("retry");
    expect(done.type).toBe("response");
    expect((await titles(page.url)).sort()).toEqual(complete);
  });

  it("fails in words after an uninstall during creation, and takes up where it stopped after a new installation", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    story.world.faults.linear.add({ kind: "latency", on: "issueBatchCreate", ms: 300 });
    story.linear.control.reply({ agentSessionId: mention.agentSessionId, body: "create" });
    await story.waitFor("creating", async () => (await mention.sessions())[0]?.step === "apply-items");
    story.linear.control.uninstall();
    await mention.atRest();
    story.world.faults.linear.clear();
    const [failed] = await mention.sessions();
    expect(failed?.status).toBe("failed");
    expect(JSON.parse(failed?.failure ?? "{}")).toMatchObject({ code: "installation_revoked" });
    const [row] = await story.query("select count(*) as unsent from outbox where sent_at is null");
    expect(row?.unsent).toBe("0");

    await connectEverything(story.world);
    const done = await mention.reply("retry");
    expect(done.type).toBe("response");
    expect((await titles(page.url)).sort()).toEqual(complete);
  });

  it("stops when its access to the team is taken away", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    const team = story.linear.control.state().teams[0]?.id ?? "";
    story.linear.control.setTeamAccess({ removedTeamIds: [team] });
    const last = await story.waitFor("the last word", async () => {
      const rest = await mention.atRest();
      return rest.type === "error" ? rest : null;
    });
    expect(last.body).toMatch(/team/i);
    story.linear.control.setTeamAccess({ addedTeamIds: [team] });
    const preview = await mention.reply("retry");
    expect(preview.type).toBe("elicitation");
  });

  it("waits where the hour's budget is nearly used up, and goes on when it is full again", async () => {
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    await story.query(
      `update organizations set linear_budget = jsonb_build_object('requestsLimit', 5000, 'requestsRemaining', 900, 'complexityLimit', 2000000, 'complexityRemaining', 2000000, 'resetAt', floor(extract(epoch from now()) * 1000 + 2500))`,
    );
    const begun = Date.now();
    const done = await mention.press("create#");
    expect(done.type).toBe("response");
    expect(Date.now() - begun).toBeGreaterThan(2_000);
    expect((await titles(page.url)).sort()).toEqual(complete);
  });

  it("fails in words when the queue gives up on a step, and a retry goes on from that step", async () => {
    await story.close();
    story = await aStory({ env: { QSTASH_RETRIES: "1", QSTASH_RETRY_DELAY: "50", STUCK_MS: "60000" } });
    const page = story.page(smallPage());
    story.world.faults.confluence.add({ kind: "server_error", on: "GET /wiki/api/v2/pages" });
    const mention = await story.mention(`please plan ${page.url}`);
    expect(mention.first.type).toBe("error");
    story.world.faults.confluence.clear();
    const preview = await mention.reply("try again");
    expect(preview.type).toBe("elicitation");
    expect(preview.body).toContain("First story");
  });

  it("winds up as soon as the running step has ended, not at the end of its lease", async () => {
    await story.close();
    story = await aStory({ env: { LEASE_MS: "60000", STUCK_MS: "60000" } });
    const page = story.page(smallPage());
    const mention = await story.mention(`please plan ${page.url}`);
    story.world.faults.linear.add({ kind: "latency", on: "issueBatchCreate", ms: 500 });
    story.linear.control.reply({ agentSessionId: mention.agentSessionId, body: "create" });
    await story.waitFor("creating", async () => (await mention.sessions())[0]?.step === "apply-items");
    const last = await mention.stop();
    expect(last.body).toMatch(/stopped/i);
  });
});
