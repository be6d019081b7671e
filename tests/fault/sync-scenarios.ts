/** What people do to a page and its issues that are in step, and how both must look in the end. */
import type { Fault } from "../../dev/faults.js";
import { type ExpectedItem, pageId, syncedItems, timings } from "../support/fault-world.js";
import type { Call, Interceptor } from "./proxy.js";
import type { Scenario } from "./scenarios.js";
import { reply, rowsOf, type Stage, until, untilAtRest } from "./stage.js";
import type { SyncExpectation } from "./sync-invariants.js";

export type SyncScenario = Scenario & { sync: SyncExpectation };

type Story = {
  name: string;
  act: (stage: Stage) => Promise<void> | void;
  /** How the items of the plan look afterwards, where they look different. */
  changed: Record<string, Partial<ExpectedItem> | null>;
  added?: ExpectedItem[];
} & SyncExpectation;

const editPage = ({ world }: Stage, ...changes: [from: string, to: string][]) =>
  world.confluence.control.editPage({
    id: pageId,
    body: (body) =>
      changes.reduce((text, [from, to]) => {
        if (!text.includes(from)) throw new Error(`the page does not say ${from}`);
        return text.replace(from, to);
      }, body),
  });

type IssueChange = Parameters<Stage["world"]["linear"]["control"]["editIssue"]>[0]["change"];
const issueNamed = ({ world }: Stage, title: string) => {
  const found = world.linear.control.issues().find((issue) => issue.title === title);
  if (!found) throw new Error(`there is no issue “${title}”`);
  return found;
};
const editIssue = (stage: Stage, title: string, change: IssueChange) =>
  stage.world.linear.control.editIssue({ issue: issueNamed(stage, title).id, change });
const rewrite = (stage: Stage, title: string, from: string, to: string) => {
  const { description } = issueNamed(stage, title);
  if (!description?.includes(from)) throw new Error(`“${title}” does not say ${from} but ${description}`);
  editIssue(stage, title, { description: description.replace(from, to) });
};

/** Waits for the question about what people alone can decide, and presses its button. */
async function decide(stage: Stage, side: "linear" | "page"): Promise<void> {
  const { agentSessionId } = stage.planned ?? { agentSessionId: "" };
  const press = () =>
    stage.world.linear.control
      .session({ agentSessionId })
      .activities.flatMap(({ options }) => options ?? [])
      .findLast(({ value }) => value.startsWith(`resolve-${side}#`));
  await until("the question", () => press() !== undefined);
  await untilAtRest(stage);
  reply(stage, agentSessionId, press()?.value ?? "");
}

const table = "</tr></tbody></table>";
const newRow =
  "</tr><tr><td><p>RET-5</p></td><td><p>Take a parcel back</p></td><td><p>3</p></td><td><p>Medium</p></td><td><p>RET-1</p></td><td><ul><li><p>Somebody rings the bell</p></li></ul></td></tr></tbody></table>";

const stories: Story[] = [
  {
    name: "the page changes",
    act: (stage) => {
      editPage(
        stage,
        ["Print a label at home", "Print a label at home or at work"],
        ["<p>5</p>", "<p>8</p>"],
        ["<p>Low</p>", "<p>High</p>"],
        ["It can be printed twice", "It can be printed three times"],
        [table, newRow],
      );
    },
    changed: {
      "Print a label at home": {
        title: "Print a label at home or at work",
        blocks: ["Bring a parcel to a shop", "Take a parcel back"],
      },
      "Bring a parcel to a shop": { estimate: 8 },
      "See where the parcel is": { priority: 2 },
    },
    added: [{ title: "Take a parcel back", parent: "Labels", estimate: 3, priority: 3, labels: [], blocks: [] }],
    says: ["It can be printed three times", "Somebody rings the bell"],
    pageWrites: 0,
  },
  {
    name: "the issues change",
    act: (stage) => {
      editIssue(stage, "Print a label at home", { title: "Print a label anywhere" });
      editIssue(stage, "Bring a parcel to a shop", { estimate: 8, state: "In Progress" });
      rewrite(stage, "See where the parcel is", "* The place is shown", "* The place is shown\n* The day is shown");
      const { id: parentId } = issueNamed(stage, "Labels");
      stage.world.linear.control.createIssue({ title: "Take a parcel back", parentId, priority: 3, estimate: 3 });
    },
    changed: {
      "Print a label at home": { title: "Print a label anywhere" },
      "Bring a parcel to a shop": { estimate: 8 },
    },
    added: [{ title: "Take a parcel back", parent: "Labels", estimate: 3, priority: 3, labels: [], blocks: [] }],
    says: ["The day is shown"],
    pageWrites: 1,
  },
  {
    name: "both sides change",
    act: (stage) => {
      editPage(
        stage,
        ["It takes two days at most.", "It takes three days at most."],
        ["<p>5</p>", "<p>8</p>"],
        ["A label is printed", "A label is printed in colour"],
      );
      rewrite(stage, "Get the money back", "on the same account", "on the account of the buyer");
      editIssue(stage, "Bring a parcel to a shop", { priority: 1 });
    },
    changed: { "Bring a parcel to a shop": { estimate: 8, priority: 1 } },
    says: [
      "The money arrives on the account of the buyer. It takes three days at most.",
      "A label is printed in colour",
    ],
    pageWrites: 1,
  },
  {
    name: "a conflict is answered",
    act: async (stage) => {
      editPage(stage, ["<p>2</p>", "<p>3</p>"]);
      editIssue(stage, "See where the parcel is", { estimate: 5 });
      await decide(stage, "linear");
    },
    changed: { "See where the parcel is": { estimate: 5 } },
    pageWrites: 1,
    asked: 1,
  },
  {
    name: "an item is struck through",
    act: async (stage) => {
      stage.world.linear.control.trashIssue({ issue: issueNamed(stage, "See where the parcel is").id });
      await decide(stage, "linear");
    },
    changed: { "See where the parcel is": null },
    pageWrites: 1,
    asked: 1,
  },
  {
    name: "people comment",
    act: async (stage) => {
      await stage.database.engine.exec(
        `update engagements set settings = settings || '{"sync": {"comments": "both"}}', comments_to_page_since = now(), comments_to_linear_since = now()`,
      );
      const { linear, confluence } = stage.world;
      linear.control.comment({ issue: issueNamed(stage, "Labels").id, body: "Who prints them?" });
      confluence.control.comment({ id: pageId, body: "Is this all?" });
      confluence.control.comment({ id: pageId, body: "By bus as well?", selection: "Bring a parcel to a shop" });
    },
    changed: {},
    pageWrites: 0,
    comments: { onPage: 3, onIssues: 3 },
  },
];

const toScenario = ({ name, act, changed, added = [], ...sync }: Story): SyncScenario => ({
  name: `sync: ${name}`,
  act: async (stage) => {
    await act(stage);
    return stage.planned?.agentSessionId ?? "";
  },
  expected: { ends: ["completed"], items: changedItems(changed, added) },
  sync,
});

function changedItems(changed: Story["changed"], added: ExpectedItem[]): ExpectedItem[] {
  const titleNow = (title: string) => changed[title]?.title ?? title;
  return [...syncedItems, ...added].flatMap((item) => {
    const change = changed[item.title];
    if (change === null) return [];
    return [{ ...item, blocks: item.blocks.map(titleNow), ...change }];
  });
}

/** Each begins with the same plan, which is in step. */
export const syncScenarios: SyncScenario[] = stories.map(toScenario);

const named = (name: string): SyncScenario => {
  const found = syncScenarios.find((scenario) => scenario.name === `sync: ${name}`);
  if (!found) throw new Error(`there is no scenario “${name}”`);
  return found;
};

/** A scenario under other circumstances; its end is the same. */
export const variant = (of: SyncScenario, how: string, change: Partial<Scenario>): SyncScenario => ({
  ...of,
  ...change,
  name: `${of.name}, ${how}`,
  sync: { ...of.sync, ...change.sync, like: of.name },
});

/** A plan of which nobody has reported anything is looked at every second, and has been before the act is over. */
const polled = { env: { SYNC_POLL_MS: "1000" } };
const lookedAt = (of: SyncScenario) => async (stage: Stage) => {
  const agentSessionId = (await of.act?.(stage)) ?? "";
  await untilLookedAt(stage);
  return agentSessionId;
};

/** Waits for a run that began after this moment. */
export async function untilLookedAt(stage: Stage): Promise<void> {
  const begun = async () =>
    (await rowsOf<{ at: string }>(stage, "select last_polled_at::text as at from plans"))[0]?.at;
  const before = await begun();
  await until("a look at the plan", async () => (await begun()) !== before);
}

// ---- Twice, late, out of order, lost -----------------------------------------------------------------------------------------

const webhooks = (fault: Omit<Fault, "on">): Scenario["faults"] => ({
  linear: [{ ...fault, on: "webhook:" }],
  confluence: [{ ...fault, on: "webhook:" }],
});
const messages = (fault: Omit<Fault, "on">): Scenario["faults"] => ({ qstash: [{ ...fault, on: "deliver" }] });

const deliveries = (of: SyncScenario): SyncScenario[] => [
  variant(of, "each webhook twice", { faults: webhooks({ kind: "duplicate" }) }),
  variant(of, "webhooks out of order", { faults: webhooks({ kind: "reorder", chance: 0.5, ms: 400 }), waitMs: 1_000 }),
  variant(of, "webhooks late", { faults: webhooks({ kind: "delay", chance: 0.5, ms: 700 }), waitMs: 1_500 }),
  variant(of, "step messages twice", { faults: messages({ kind: "duplicate" }), waitMs: timings.leaseMs }),
  variant(of, "step messages out of order", {
    faults: messages({ kind: "reorder", chance: 0.5, ms: 400 }),
    waitMs: 2_000,
  }),
  variant(of, "step messages lost", {
    faults: messages({ kind: "drop", chance: 0.5, times: 3 }),
    waitMs: 3 * (timings.leaseMs + timings.sweepMs),
  }),
  variant(of, "answers to step messages lost", {
    faults: messages({ kind: "lost_answer", chance: 0.5 }),
    waitMs: 4_000,
  }),
  variant(of, "everything twice and two processes", {
    faults: { ...webhooks({ kind: "duplicate" }), ...messages({ kind: "duplicate" }) },
    processes: 2,
    waitMs: timings.leaseMs,
  }),
];

const unheard = ["the page changes", "the issues change", "both sides change"].map((name) =>
  variant(named(name), "every webhook lost", {
    faults: webhooks({ kind: "drop" }),
    world: polled,
    act: lookedAt(named(name)),
    waitMs: 3_000,
  }),
);

// ---- The outside refuses, hangs, breaks off -------------------------------------------------------------------------------------

/** Faults of calls, and what each may add to the time that a run takes. */
const accidents = {
  rate_limited: { words: "429", waitMs: 3_000 },
  server_error: { words: "5xx", waitMs: 3_000 },
  timeout: { words: "no answer", waitMs: 2 * timings.callTimeoutMs + 3_000 },
  lost_answer: { words: "lost answer", waitMs: 3_000 },
  truncated: { words: "truncated answer", waitMs: 3_000 },
} as const;

/** Those that make every call which keeping in step makes. */
export const accidentScenarios = ["the page changes", "a conflict is answered"].map(named);

/** Every kind of fault at every call that a run without faults makes, the first time that it makes it. */
export function accidentsOf(scenario: SyncScenario, calls: readonly Call[]): SyncScenario[] {
  const first = calls.filter(({ key, occurrence }) => occurrence === 1 && !key.startsWith("sweep"));
  return first.flatMap(({ kind, key }) =>
    (Object.keys(accidents) as (keyof typeof accidents)[]).map((fault) =>
      variant(scenario, `${accidents[fault].words} at ${kind} ${key}`, {
        arrange: ({ proxy, world }) => void proxy.interceptors.push(befall(world, { kind, key }, fault)),
        mayNeedHelp: true,
        waitMs: accidents[fault].waitMs,
      }),
    ),
  );
}

function befall(world: Stage["world"], at: Pick<Call, "kind" | "key">, kind: keyof typeof accidents): Interceptor {
  let isDone = false;
  return (call, next) => {
    if (isDone || call.kind !== at.kind || call.key !== at.key) return next();
    isDone = true;
    const ms = kind === "timeout" ? timings.callTimeoutMs + 500 : 1_000;
    world.faults[call.kind].add({ kind, on: call.kind === "qstash" ? "publish" : "*", times: 1, ms });
    return next();
  };
}

// ---- Two clocks ------------------------------------------------------------------------------------------------------------------

const minuteMs = 60_000;
const clock = (minutes: number) => () => Date.now() + minutes * minuteMs;
const skews: [words: string, linear: number, confluence: number][] = [
  ["Linear's clock 5 minutes fast", 5, 0],
  ["Linear's clock 5 minutes slow", -5, 0],
  ["Confluence's clock 5 minutes fast", 0, 5],
  ["Confluence's clock 5 minutes slow", 0, -5],
  ["Linear's clock 5 minutes ahead of Confluence's", 2.5, -2.5],
  ["Confluence's clock 5 minutes ahead of Linear's", -2.5, 2.5],
];

/** A webhook that was signed minutes ago is refused, so what it told is found by whoever looks. */
const skewed = skews.flatMap(([words, linear, confluence]) =>
  ["the page changes", "the issues change", "both sides change"].map((name) =>
    variant(named(name), words, {
      world: { ...polled, clocks: { linear: clock(linear), confluence: clock(confluence) } },
      act: lookedAt(named(name)),
      waitMs: 15_000,
    }),
  ),
);

/** Both sides change a field that the younger change is to have. */
const newest = (words: string, minutes: number, estimate: number | null): SyncScenario => {
  const { changed, ...rest } = {
    changed: { "See where the parcel is": { estimate: estimate ?? 5 } },
    pageWrites: estimate === 3 ? 0 : 1,
    asked: estimate === null ? 1 : 0,
  };
  return {
    ...toScenario({
      name: `the newest counts, ${words}`,
      act: async (stage) => {
        await stage.database.engine.exec(
          `update engagements set settings = settings || '{"sync": {"policies": {"storyPoints": "newest"}}}'`,
        );
        editPage(stage, ["<p>2</p>", "<p>3</p>"]);
        editIssue(stage, "See where the parcel is", { estimate: 5 });
        await untilLookedAt(stage);
        if (estimate === null) await decide(stage, "linear");
      },
      changed,
      ...rest,
    }),
    world: { ...polled, clocks: { confluence: clock(minutes) } },
    waitMs: 15_000,
    saysOtherWords: true,
  };
};

const clocks: SyncScenario[] = [
  newest("clocks that agree", 0, null),
  newest("clocks 4 minutes apart", 4, null),
  newest("clocks 4 minutes apart the other way", -4, null),
  newest("a page that is 6 minutes younger", 6, 3),
  newest("an issue that is 6 minutes younger", -6, 5),
];

// ---- Many at once ----------------------------------------------------------------------------------------------------------------

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** People type on both sides while runs are under way; what they leave in the end is what counts. */
const crowd: SyncScenario = {
  ...toScenario({
    name: "thirty edits of both sides, everything twice, two processes",
    act: async (stage) => {
      for (let n = 0; n < 15; n += 1) {
        editPage(stage, [n === 0 ? "A label is printed" : `A label is printed ${n}`, `A label is printed ${n + 1}`]);
        editIssue(stage, n === 0 ? "Bring a parcel to a shop" : `Bring parcel ${n} to a shop`, {
          title: `Bring parcel ${n + 1} to a shop`,
        });
        await pause(100);
      }
    },
    changed: { "Bring a parcel to a shop": { title: "Bring parcel 15 to a shop" } },
    says: ["A label is printed 15"],
    pageWrites: 1,
    mostPageWrites: 15,
  }),
  faults: { ...webhooks({ kind: "duplicate" }), ...messages({ kind: "duplicate" }) },
  processes: 2,
  saysOtherWords: true,
  waitMs: 15_000,
};

/** The same while something goes wrong besides the application's death. */
export const syncFaults: SyncScenario[] = [
  ...["the page changes", "the issues change", "a conflict is answered", "an item is struck through"].flatMap((name) =>
    deliveries(named(name)),
  ),
  ...unheard,
  crowd,
  ...clocks,
  ...skewed,
];
