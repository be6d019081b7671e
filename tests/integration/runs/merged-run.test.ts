import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { smallPage } from "../../support/story.js";
import { aRunStory, type RunStory } from "./run-story.js";

describe("a run of a session that another one was merged into", () => {
  let story: RunStory;
  beforeAll(async () => {
    story = await aRunStory();
  });
  afterAll(() => story.close());

  const shown = async (id: string) => {
    const asked = await story.start(id);
    return asked.question?.kind === "which_team" ? story.say(id, "Engineering") : asked;
  };
  const planned = async (...texts: string[]) => {
    const { id } = await story.aLivePlan(...texts);
    await story.choose(await shown(id), "create#");
    return id;
  };
  const merge = async (sourceId: string, id: string) => {
    const version = async (one: string) => (await story.call.getSessionState({ params: { id: one } })).version;
    return story.call.mergeSession({
      params: { id },
      body: { sourceId, targetVersion: await version(id), sourceVersion: await version(sourceId) },
    });
  };
  const open = () =>
    story
      .allIssues()
      .filter((issue) => !issue.trashed)
      .map(({ title }) => title);

  it("creates nothing again, whichever of the two was planned first and however often it is planned again", async () => {
    for (const [n, sourceIsFirst] of [false, true].entries()) {
      const plan = (name: string) => planned(`${name} of ${n}`, `Another ${name.toLowerCase()} of ${n}`);
      const first = await plan("First");
      const second = await plan("Second");
      const [source, target] = sourceIsFirst ? [first, second] : [second, first];
      await merge(source, target);
      const before = open();

      for (const id of [target, target])
        expect(await story.say(id, "plan it again")).toMatchObject({ status: "completed", question: null });

      expect(open()).toEqual(before);
    }
  });

  it("creates nothing again of a source that was planned twice", async () => {
    const source = await planned("Planned twice");
    await story.say(source, "plan it again");
    const target = await story.aLivePlan("Never planned");
    await merge(source, target.id);
    const preview = await shown(target.id);
    expect(preview.question?.words).toContain("1 story");
    await story.choose(preview, "create#");
    expect(open().filter((title) => title === "Planned twice")).toHaveLength(1);
    expect(open()).toContain("Never planned");
  });

  it("shows and creates its own steps where the source was planned and it was not", async () => {
    const source = await planned("One of planned", "Two of planned");
    const target = await story.aLivePlan("Three of waiting");
    await merge(source, target.id);

    const preview = await shown(target.id);

    expect(preview.question?.words).toContain("Three of waiting");
    expect(preview.question?.words).not.toContain("One of planned");
    expect((await story.choose(preview, "create#")).status).toBe("completed");
    expect(open()).toContain("Three of waiting");
  });

  it("plans its own steps where the source was planned from a page", async () => {
    const page = story.page(smallPage());
    const source = await story.aLivePlan();
    await story.start(source.id);
    await story.say(source.id, `take ${page.url}`);
    const asked = await story.say(source.id, "Engineering");
    await story.choose(asked, "create#");
    const target = await story.aLivePlan("Beside the page");
    await merge(source.id, target.id);

    const preview = await shown(target.id);

    expect(preview.question?.words).toContain("Beside the page");
    expect(preview.confluencePageUrl).toBeNull();
  });

  it("takes back what it has created itself, and nothing of the source", async () => {
    const source = await planned("Zeta of source");
    const target = await planned("Eta of target");
    await merge(source, target);

    expect((await story.say(target, "undo")).status).toBe("completed");

    expect(open()).not.toContain("Eta of target");
    expect(open()).toContain("Zeta of source");
  });
});
