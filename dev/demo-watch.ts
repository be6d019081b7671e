import type { Tell } from "./demo-run.js";
import type { DemoWorld } from "./demo-world.js";
import { diffPages, diffTexts, markWords } from "./text-diff.js";

/** Something that changed on a side, in lines for people, and how long after the edit it came. */
export type Followed = { side: "page" | "issue"; what: string; lines: string[]; afterMs: number };

type Page = ReturnType<DemoWorld["confluence"]["control"]["page"]>;
type Issue = ReturnType<DemoWorld["linear"]["control"]["issues"]>[number];
type Change = Pick<Followed, "side" | "what" | "lines">;

/** Looks at a page and at the issues of the world and tells what has become different since it looked last. */
export function watchSides({ linear, confluence }: DemoWorld, pageId: string, tell: Tell) {
  const readPage = () => confluence.control.page({ id: pageId });
  const readIssues = () => new Map(linear.control.issues().map((issue) => [issue.id, issue]));
  let [page, issues] = [readPage(), readIssues()];
  let editedAt = Date.now();
  let followed: Followed[] = [];

  const changes = (): Change[] => {
    const now = { page: readPage(), issues: readIssues() };
    const found = [
      ...(now.page.version === page.version ? [] : [pageChange(page, now.page)]),
      ...[...now.issues.values()].flatMap((issue) => issueChange(issues.get(issue.id), issue)),
    ];
    [page, issues] = [now.page, now.issues];
    return found;
  };
  const show = ({ what, lines }: Change, begin: string) =>
    tell?.([`  ${begin}${what}`, ...lines.map((line) => `      ${line}`)].join("\n"));

  return {
    look(): void {
      for (const change of changes()) {
        const afterMs = Date.now() - editedAt;
        followed.push({ ...change, afterMs });
        show(change, `after ${(afterMs / 1000).toFixed(1)} s  `);
      }
    },
    /** Shows what people have just done; what is seen from now on followed it. */
    edited(): Followed[] {
      for (const change of changes()) show(change, "");
      [editedAt, followed] = [Date.now(), []];
      return followed;
    },
  };
}

function pageChange(before: Page, after: Page): Change {
  const { lines, removedBytes, addedBytes, bytes } = diffPages(before.body, after.body);
  const size = `−${removedBytes} +${addedBytes} of ${bytes.toLocaleString("en")} bytes, every other byte is the same`;
  const message = after.message && `, “${after.message.replace(/ \[[0-9a-f-]{36}\]$/, "")}”`;
  return { side: "page", what: `page version ${after.version}${message}: ${size}`, lines };
}

const priorities = ["none", "urgent", "high", "medium", "low"];

/** The fields of an issue that the story is about, in words. */
const fieldsOf = ({ title, priority, estimate, state, parent, labels }: Issue) => ({
  title,
  priority: priorities[priority] ?? "none",
  points: String(estimate ?? "none"),
  state: state.name,
  parent: parent ?? "none",
  labels: labels.join(", ") || "none",
});

function issueChange(before: Issue | undefined, after: Issue): Change[] {
  const now = fieldsOf(after);
  if (!before) {
    const facts = [
      now.points === "none" ? [] : `${now.points} points`,
      now.priority === "none" ? [] : now.priority,
    ].flat();
    const place = after.parent ? ` below ${after.parent}` : "";
    const what = `${after.identifier} is new${place}: ${after.title}${facts.length > 0 ? ` (${facts.join(", ")})` : ""}`;
    return [{ side: "issue", what, lines: [] }];
  }
  const then = fieldsOf(before);
  const fields = (Object.keys(now) as (keyof typeof now)[]).filter((field) => now[field] !== then[field]);
  const lines = diffTexts(before.description ?? "", after.description ?? "");
  const told = fields.map((field) => {
    const marked = field === "title" ? markWords(then.title, now.title) : { before: then[field], after: now[field] };
    return `${field}: ${marked.before} → ${marked.after}`;
  });
  if (lines.length > 0) told.push("description");
  return told.length > 0 ? [{ side: "issue", what: `${after.identifier} ${told.join(", ")}`, lines }] : [];
}
