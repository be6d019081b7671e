import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aStory, smallPage, type Story } from "../../support/story.js";

const page = (epic: string, stories: string[]) =>
  `<h1>Epic: ${epic}</h1><p>Why we do it.</p><h2>Feature: ${epic} first part</h2>${stories
    .map((story, n) => `<h3>Story US-${n + 1}: ${story}</h3><p><strong>Story points:</strong> 3</p>`)
    .join("")}`;

describe("What was planned before, in the preview", () => {
  let story: Story;
  beforeAll(async () => {
    story = await aStory();
  });
  afterAll(() => story.close());

  const archive = async (agentSessionId: string): Promise<void> => {
    const [session] = await story.query("select id from planning_sessions where agent_session_id = $1", agentSessionId);
    const response = await fetch(`${story.world.url}/api/v1/sessions/${session?.id}/archive`, { method: "POST" });
    expect(response.status, await response.text()).toBe(200);
  };

  it("names related plans with the reason, and remembers that they were used", async () => {
    const earlier = story.page(
      page("Passkeys for the shop", ["Sign in with a passkey", "Remove a passkey"]),
      "Passkeys in the shop",
    );
    const first = await story.mention(`please plan ${earlier.url}`);
    expect(first.first.body).not.toContain("from before");
    await first.press("create#");
    await archive(first.agentSessionId);

    const later = story.page(page("Passkeys for the partners", ["Invite partners"]), "Passkeys for partners");
    const second = await story.mention(`please plan ${later.url}`);
    expect(second.first.body).toMatch(/Related plans? from before: \[Passkeys in the shop \w+\]\(<[^>]+>\) \(it says /);
    await second.press("create#");
    await archive(second.agentSessionId);

    const used = await story.query(
      `select s.title from memory_edges e join memory_nodes s on s.id = e.source_id where e.kind = 'used_in_planning'`,
    );
    expect(used.map(({ title }) => title)).toEqual([expect.stringContaining("Passkeys in the shop") as string]);
  });

  it("names no plan that is about something else, nor the plan itself when it is planned again", async () => {
    const invoices = story.page(page("Invoices by post", ["Print invoices"]), "Invoices by post");
    const first = await story.mention(`please plan ${invoices.url}`);
    expect(first.first.body).not.toContain("from before");
    await first.press("create#");
    await archive(first.agentSessionId);
    story.confluence.control.editPage({
      id: invoices.id,
      body: page("Invoices by post", ["Print invoices", "Fold invoices"]),
    });
    const again = await story.mention(`please plan ${invoices.url}`);
    expect(again.first.body).toContain("Fold invoices");
    expect(again.first.body).not.toContain("from before");
    await again.press("cancel#");
  });

  it("names open issues of the team that may be the same, and none that are done or the plan's own", async () => {
    story.linear.control.createIssue({ title: "Fold the letters neatly" });
    const letters = story.page(page("Letters", ["Fold letters neatly", "Stamp letters"]), "Letters");
    const mention = await story.mention(`please plan ${letters.url}`);
    expect(mention.first.body).toMatch(
      /“Fold letters neatly” may already exist as \[ENG-\d+\]\(<[^>]+>\) “Fold the letters neatly”/,
    );
    expect(mention.first.body).not.toContain("“Stamp letters” may already exist");
    await mention.press("create#");

    const again = await story.mention(`please plan ${letters.url}`);
    expect(again.first.body).not.toContain("may already exist");
  });

  it("reads the team's issues once for a preview", async () => {
    const before = story.linear.control.requests().length;
    const small = story.page(smallPage(), "Once");
    const mention = await story.mention(`please plan ${small.url}`);
    const asked = story.linear.control.requests().slice(before);
    expect(asked.filter(({ operation }) => operation === "ReadOpenIssues")).toHaveLength(1);
    await mention.press("cancel#");
  });
});
