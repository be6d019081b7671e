import * as fc from "fast-check";
import { companies, shapes } from "./given-plan.js";
import type { Edit } from "./people.js";

/** One thing that happens between two sides; numbers choose among what is there. */
export type Happening =
  | { type: "edit"; edit: Edit }
  /** Somebody edits just before the application's next call of this name. */
  | { type: "between"; call: "PUT" | "linear issueUpdate" | "linear issues"; edit: Edit }
  /** Somebody edits an item on one side, and just before our write to the other side somebody edits the same there; perhaps no webhook tells of it. */
  | { type: "clash"; edit: Edit; other: number; isTold: boolean }
  | { type: "webhook"; how: "arrives" | "is lost" | "comes twice"; which: number }
  | {
      type: "message";
      how: "runs" | "is lost" | "runs twice" | "stalls";
      dies: { call: number; when: "before" | "after" } | null;
    }
  | {
      type: "fault";
      service: "linear" | "confluence";
      kind: "server_error" | "lost_answer" | "rate_limited" | "truncated";
      /** What it befalls: the next call, or the next write of what is kept in step. */
      call: "any" | "write";
    }
  /** The application dies at its next write of this kind. */
  | { type: "death"; call: "PUT" | "linear issueUpdate"; when: "before" | "after" }
  | { type: "answer"; choice: number }
  | { type: "sweep" };
export type History = { shape: number; company: number; happenings: Happening[]; answers: number[] };

const small = (max: number) => fc.integer({ min: 0, max });
const edit = (side: Edit["side"]): fc.Arbitrary<Edit> =>
  fc.record({
    side: fc.constant(side),
    act: fc.oneof(
      { weight: 4, arbitrary: fc.constant<Edit["act"]>("title") },
      {
        weight: 2,
        arbitrary: fc.constantFrom<Edit["act"]>("points", "priority", "criterion", "newCriterion", "description"),
      },
      { weight: 1, arbitrary: fc.constant<Edit["act"]>("reorder") },
      {
        weight: 1,
        arbitrary: fc.constantFrom<Edit["act"]>(
          ...(side === "linear"
            ? (["add", "remove", "state", "move", "relate"] as const)
            : (["add", "remove"] as const)),
        ),
      },
    ),
    item: small(9),
    value: small(9),
  });
const anyEdit = fc.oneof(edit("page"), edit("linear"));
const clashing = fc.record({
  side: fc.constantFrom("page" as const, "linear" as const),
  act: fc.constantFrom<Edit["act"]>(
    ...(["title", "title", "description", "description", "criterion", "criterion", "points", "priority"] as const),
  ),
  item: small(9),
  value: small(9),
});
const dies = fc.option(fc.record({ call: small(24), when: fc.constantFrom("before" as const, "after" as const) }), {
  freq: 2,
  nil: null,
});

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant("edit" as const), edit: anyEdit }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("between" as const),
      call: fc.constantFrom("PUT" as const, "linear issueUpdate" as const, "linear issues" as const),
      edit: anyEdit,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("clash" as const),
      edit: clashing,
      other: small(9),
      isTold: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("webhook" as const),
      how: fc.constantFrom("arrives" as const, "arrives" as const, "is lost" as const, "comes twice" as const),
      which: small(5),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant("message" as const),
      how: fc.constantFrom(
        "runs" as const,
        "runs" as const,
        "runs" as const,
        "is lost" as const,
        "runs twice" as const,
        "stalls" as const,
      ),
      dies,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("fault" as const),
      service: fc.constantFrom("linear" as const, "confluence" as const),
      kind: fc.constantFrom(
        "server_error" as const,
        "lost_answer" as const,
        "rate_limited" as const,
        "truncated" as const,
      ),
      call: fc.constantFrom("any" as const, "write" as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("death" as const),
      call: fc.constantFrom("PUT" as const, "linear issueUpdate" as const),
      when: fc.constantFrom("before" as const, "after" as const, "after" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("answer" as const), choice: small(3) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("sweep" as const) }) },
);

/** Histories of up to a dozen happenings on a plan that is in step. */
export const history: fc.Arbitrary<History> = fc.record({
  shape: small(shapes - 1),
  company: small(companies.length - 1),
  happenings: fc.array(happening, { minLength: 2, maxLength: 14 }),
  answers: fc.array(small(3), { minLength: 4, maxLength: 4 }),
});
