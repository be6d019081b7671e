import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSession } from "../../../lib/commands/start-session.js";
import { RequestError } from "../../../lib/domain/errors.js";
import type { SessionId } from "../../../lib/domain/ids.js";
import { aStory, smallPage, type Story } from "../../support/story.js";

describe("starting a session that waits", () => {
  let story: Story;
  beforeAll(async () => {
    story = await aStory();
  });
  afterAll(() => story.close());

  const pending = async (pageUrl: string) => {
    const id = randomUUID() as SessionId;
    const team = story.linear.control.state().teams[0]?.id ?? "";
    await story.query(
      `insert into planning_sessions (id, organization_id, planning_title, team_id, prompt, work, status, step)
       values ($1::uuid, 'test-org-123', 'From a form', $2, jsonb_build_object('texts', jsonb_build_array($3::text), 'delegated', false, 'appUserId', null, 'issue', null), '{}', 'pending', 'read-page')`,
      id,
      team,
      pageUrl,
    );
    return id;
  };

  it("gives one start where two start it at once, and refuses the other", async () => {
    const id = await pending(story.page(smallPage()).url);
    const { world } = story.world.app.worker;
    const starts = await Promise.allSettled([startSession(id, "ada", world), startSession(id, "grace", world)]);
    expect(starts.map((start) => start.status).sort()).toEqual(["fulfilled", "rejected"]);
    const refusal = starts.find((start) => start.status === "rejected")?.reason as RequestError;
    expect(refusal).toBeInstanceOf(RequestError);
    expect(refusal.code).toBe("session_not_pending");
    const asked = await story.waitFor("the question", async () => {
      const [session] = await story.query(
        "select status, step, question from planning_sessions where id = $1::uuid",
        id,
      );
      return session?.status === "awaiting_input" ? session : null;
    });
    expect(JSON.parse(asked.question ?? "{}")).toMatchObject({ kind: "approval" });
    const [log] = await story.query(
      "select count(*) as starts from session_events where session_id = $1::uuid and body->>'event' = 'started'",
      id,
    );
    expect(log?.starts).toBe("1");
  });

  it("says that a session is unknown", async () => {
    await expect(startSession(randomUUID() as SessionId, "ada", story.world.app.worker.world)).rejects.toMatchObject({
      code: "session_not_found",
      status: 404,
    });
  });
});
