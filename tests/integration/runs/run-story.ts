import { api } from "../../../lib/contract/api.js";
import { type Client, client } from "../../../lib/contract/client.js";
import type { SessionState } from "../../../lib/contract/session-state.js";
import { aStory } from "../../support/story.js";

const team = (key: string, name: string) => ({ key, name, estimation: { type: "fibonacci" as const, extended: true } });
const twoTeams = [
  {
    id: "test-org-123",
    name: "Test organization",
    urlKey: "test",
    teams: [team("ENG", "Engineering"), team("OPS", "Operations")],
    users: [{ name: "Ada Planner", admin: true }],
    issues: [],
  },
];

export type RunStory = Awaited<ReturnType<typeof aRunStory>>;

/** A local world whose people use the API, as its demo user: over HTTP, with the agent at work behind it. */
export async function aRunStory() {
  const env = { CALL_TIMEOUT_MS: "30000", LEASE_MS: "20000", CLAIM_MS: "20000", STUCK_MS: "20000" };
  const story = await aStory({ sweepMs: 2_000, env, linear: { organizations: twoTeams } });
  const call: Client = client(api, { baseUrl: story.world.url });

  /** The state once the agent waits for a person or has ended. */
  const atRest = async (id: string): Promise<SessionState> => {
    await story.waitFor(
      `session ${id} at rest`,
      async () => {
        const [row] = await story.query(
          "select status, stop_requested_at from planning_sessions where id = $1::uuid",
          id,
        );
        return row && row.status !== "processing" && row.stop_requested_at === null;
      },
      50_000,
    );
    return call.getSessionState({ params: { id } });
  };
  const optionOf = (state: SessionState, begins: string): string => {
    const option = state.question?.options.find(({ value }) => value.startsWith(begins));
    if (!option) throw new Error(`no option ${begins} in: ${JSON.stringify(state)}`);
    return option.value;
  };
  const say = async (id: string, text: string): Promise<SessionState> =>
    atRest((await call.replyToSession({ params: { id }, body: { text } })).id);

  return {
    ...story,
    call,
    atRest,
    optionOf,
    say,
    start: async (id: string) => atRest((await call.startSession({ params: { id }, body: {} })).id),
    /** Takes the option that begins so. */
    choose: async (state: SessionState, begins: string) => say(state.id, optionOf(state, begins)),
    /** A planning session for a page, as the document makes it. */
    aPlanningSession: (pageUrl: string) =>
      call.createPlanningSession({
        body: { title: "From a form", confluencePageUrl: pageUrl, organizationId: "test-org-123" },
      }),
    /** A live plan with these steps, one after the other. */
    async aLivePlan(...texts: string[]) {
      const { plan_id: id } = await call.startPlan({
        query: { org: "test-org-123" },
        body: { title: "Retro actions" },
      });
      const steps = [];
      for (const text of texts) steps.push((await addStep(id, text)).step);
      return { id, steps };
    },
    addStep,
    log: (id: string) =>
      story.query("select seq, type, body, actor from session_events where session_id = $1::uuid order by seq", id),
  };

  function addStep(id: string, text: string, owner = "Ada") {
    return call.addPlanStep({ query: { org: "test-org-123" }, body: { plan_id: id, text, owner } });
  }
}
