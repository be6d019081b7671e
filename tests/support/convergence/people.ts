import { extract } from "../../../lib/domain/extraction/extract.js";
import type { ExtractedItem, SourceRange } from "../../../lib/domain/plan-item.js";
import type { QuietWorld } from "../quiet-world.js";
import type { Given } from "./given-plan.js";
import { draggedOnPage, dragInLinear } from "./order.js";

/** What somebody did to one side; numbers choose among what is there. */
export type Edit = {
  side: "page" | "linear";
  act:
    | "title"
    | "points"
    | "priority"
    | "criterion"
    | "newCriterion"
    | "description"
    | "add"
    | "remove"
    | "state"
    | "move"
    | "relate"
    | "reorder";
  item: number;
  value: number;
};

/** An item as both sides have it. */
export type Pair = { key: string; issueId: string };

/** A word that stands nowhere else, with what it was written into: nobody may lose it but who wrote there last. */
export type Written = { token: string; side: "page" | "linear"; issueId: string | null; field: string };

const points = [1, 2, 3, 5, 8];
const onPage = { urgent: "P0", high: "P1", medium: "P2", low: "P3" };
const inWords = ["High", "Medium", "Low"];
let drawn = 0;
const aToken = () => `w${((drawn += 1)).toString(36)}x`;

const tokensIn = (text: string): string[] => text.match(/\bw[0-9a-z]+x\b/g) ?? [];

/** Plays people who edit the page and the issues of its plans. What they wrote is noted, and what they wrote over. */
export function people(world: QuietWorld, given: Given) {
  const written = new Map<string, Written>();
  const gone = new Set<string>();
  const untold = new Set<string>();
  const { linear, confluence } = world;

  /** Of all items people now look at this one alone. */
  let meant: Pair | null = null;

  const bodyNow = () => confluence.control.page({ id: given.pageId }).body;
  const itemsNow = (): ExtractedItem[] => extract({ title: "", body: bodyNow() }).items;
  const itemsMeant = () => itemsNow().filter((item) => meant === null || item.key === meant.key);
  const pick = <One>(list: readonly One[], n: number): One | undefined => list[n % Math.max(1, list.length)];
  const write = (side: Written["side"], issueId: string | null, field: string): string => {
    const token = aToken();
    written.set(token, { token, side, issueId, field });
    return token;
  };
  /** Words that a person takes away are given up by that person. */
  const giveUp = (before: string, after: string) => {
    for (const token of tokensIn(before)) if (!after.includes(token)) gone.add(token);
  };
  const setPage = (change: (body: string) => string) => {
    const before = bodyNow();
    const after = change(before);
    if (after === before) return;
    giveUp(before, after);
    confluence.control.editPage({ id: given.pageId, body: after });
  };
  const replace = (range: SourceRange | undefined, make: (text: string) => string) =>
    range &&
    setPage((body) => body.slice(0, range.start) + make(body.slice(range.start, range.end)) + body.slice(range.end));

  /** One more word, in place of the last one or behind it. */
  const reword = (text: string, token: string, n: number) => {
    const words = text.split(" ");
    if (n % 2 === 0 && words.length > 2) words.splice(words.length - 1, 1, token);
    else words.splice(n % (words.length + 1), 0, token);
    return words.join(" ");
  };

  const page: Record<Edit["act"], (edit: Edit) => void> = {
    title: ({ item: n, value }) => {
      const item = pick(itemsMeant(), n);
      const range = item?.source.fields.title?.[0];
      if (!range || /[<&]/.test(bodyNow().slice(range.start, range.end))) return;
      replace(range, (text) => reword(text, write("page", null, "title"), value));
    },
    points: ({ item: n, value }) => {
      const item = pick(
        itemsMeant().filter((one) => one.storyPoints !== null),
        n,
      );
      const range = item?.source.fields.storyPoints?.[0];
      replace(range, (text) => text.replace(/\d+/, String(points[value % points.length])));
    },
    priority: ({ item: n, value }) => {
      const item = pick(
        itemsMeant().filter((one) => one.priority !== null),
        n,
      );
      const range = item?.source.fields.priority?.[0];
      replace(range, (text) =>
        /^P\d$/.test(text) ? (Object.values(onPage)[value % 4] as string) : (inWords[value % 3] as string),
      );
    },
    criterion: ({ item: n, value }) => {
      const ranges = itemsMeant().flatMap((one) => one.source.fields.acceptanceCriteria ?? []);
      const range = pick(ranges, n);
      if (!range || /[<&]/.test(bodyNow().slice(range.start, range.end))) return;
      replace(range, (text) => reword(text, write("page", null, "criterion"), value));
    },
    newCriterion: ({ item: n }) => {
      const range = pick(
        itemsMeant().flatMap((one) => one.source.fields.acceptanceCriteria ?? []),
        n,
      );
      if (!range) return;
      setPage((body) => {
        const end = body.indexOf("</li>", range.end);
        const start = body.lastIndexOf("<li", range.start);
        if (end < 0 || start < 0) return body;
        const own = body.slice(start, end + 5);
        const text = body.slice(range.start, range.end);
        const copied = own.replace(text, `Also ${write("page", null, "criterion")}`).replace(/ local-id="[^"]*"/g, "");
        return body.slice(0, end + 5) + copied + body.slice(end + 5);
      });
    },
    description: ({ item: n, value }) => {
      const item = pick(
        itemsMeant().filter((one) => one.source.fields.description?.length),
        n,
      );
      const range = item?.source.fields.description?.[0];
      if (!range || /[<&]/.test(bodyNow().slice(range.start, range.end))) return;
      replace(range, (text) => reword(text, write("page", null, "description"), value));
    },
    add: ({ item: n }) => {
      const item = pick(
        itemsMeant().filter((one) => one.kind === "story"),
        n,
      );
      if (!item) return;
      setPage((body) => addBeside(body, item, write("page", null, "title")));
    },
    remove: ({ item: n }) => {
      const item = pick(
        itemsMeant().filter((one) => one.kind === "story"),
        n,
      );
      if (item) setPage((body) => withoutRow(body, item));
    },
    reorder: (edit) => setPage((body) => draggedOnPage(body, itemsNow(), edit, unitOf)),
    state: () => undefined,
    move: () => undefined,
    relate: () => undefined,
  };

  const livingOf = ({ organizationId, issueIds }: Given["plans"][number]) =>
    linear.control
      .issues({ organizationId })
      .filter((issue) => !issue.trashed && (issueIds.includes(issue.id) || issueIds.includes(issue.parentId ?? "")));
  const living = () => given.plans.flatMap(livingOf).filter((issue) => meant === null || issue.id === meant.issueId);
  const change = (issue: { id: string } | undefined, to: Record<string, unknown>) =>
    issue && linear.control.editIssue({ issue: issue.id, change: to as never });
  const inLinear: Record<Edit["act"], (edit: Edit) => void> = {
    title: ({ item, value }) => {
      const issue = pick(living(), item);
      if (!issue) return;
      const title = reword(issue.title, write("linear", issue.id, "title"), value);
      giveUp(issue.title, title);
      change(issue, { title });
    },
    points: ({ item, value }) => {
      const issue = pick(
        living().filter((one) => one.estimate !== null),
        item,
      );
      change(issue, { estimate: points[value % points.length] });
    },
    priority: ({ item, value }) => {
      const issue = pick(
        living().filter((one) => one.priority !== 0),
        item,
      );
      change(issue, { priority: (value % 4) + 1 });
    },
    criterion: ({ item, value }) => editLine(item, (line) => line.startsWith("* "), "criterion", value),
    newCriterion: ({ item }) => {
      const issue = pick(
        living().filter((one) => one.description?.includes("**Acceptance criteria**")),
        item,
      );
      if (!issue) return;
      const lines = (issue.description ?? "").split("\n");
      const last = lines.findLastIndex((line) => line.startsWith("* "));
      lines.splice(last + 1, 0, `* Also ${write("linear", issue.id, "criterion")}`);
      change(issue, { description: lines.join("\n") });
    },
    description: ({ item, value }) =>
      editLine(item, (line) => /^[A-Z][a-z]/.test(line) && !line.startsWith("From the"), "description", value),
    add: ({ item }) => {
      const plan = pick(given.plans, item);
      const feature = plan && livingOf(plan).find((one) => one.labels.includes("Feature"));
      if (!feature) return;
      const made = linear.control.createIssue({
        title: `Added ${write("linear", null, "title")} here`,
        team: feature.team,
        organizationId: plan.organizationId,
        parentId: feature.id,
        priority: 2,
      } as never);
      plan.issueIds.push(made.id);
    },
    remove: ({ item, value }) => {
      const issue = pick(
        living().filter((one) => one.labels.length === 0),
        item,
      );
      if (!issue) return;
      if (value % 2 === 0) linear.control.trashIssue({ issue: issue.id });
      else change(issue, { state: "Canceled" });
    },
    state: ({ item, value }) => change(pick(living(), item), { state: ["Todo", "In Progress", "Done"][value % 3] }),
    move: ({ item, value }) => {
      const issue = pick(
        living().filter((one) => one.labels.length === 0 && one.parentId !== null),
        item,
      );
      const parents = living().filter(
        (one) => one.team === issue?.team && one.labels.length > 0 && one.id !== issue?.parentId,
      );
      const parent = pick(parents, value);
      if (issue && parent) linear.control.moveIssue({ issue: issue.id, parent: parent.id });
    },
    reorder: (edit) => dragInLinear(world, living(), edit),
    relate: ({ item, value }) => {
      const issue = pick(
        living().filter((one) => one.labels.length === 0),
        item,
      );
      const other = pick(
        living().filter((one) => one.team === issue?.team && one.labels.length === 0 && one.id !== issue?.id),
        value,
      );
      if (!issue || !other) return;
      const isThere = issue.relations.some((relation) => relation.issueId === other.id);
      if (isThere) linear.control.unrelateIssues({ issue: issue.id, other: other.id });
      else if (!other.relations.some((relation) => relation.issueId === issue.id))
        linear.control.relateIssues({ issue: issue.id, other: other.id });
    },
  };

  function editLine(item: number, isMeant: (line: string) => boolean, field: string, value: number) {
    const issue = pick(
      living().filter((one) => (one.description ?? "").split("\n").some(isMeant)),
      item,
    );
    if (!issue) return;
    const lines = (issue.description ?? "").split("\n");
    const at = lines.map((line, n) => (isMeant(line) ? n : -1)).filter((n) => n >= 0);
    const n = pick(at, value) ?? 0;
    const [, mark = "", text = ""] = /^(\* )?(.*)$/.exec(lines[n] ?? "") ?? [];
    const after = mark + reword(text, write("linear", issue.id, field), value);
    giveUp(lines[n] ?? "", after);
    lines[n] = after;
    change(issue, { description: lines.join("\n") });
  }

  return {
    /** Does what an edit says; to one item, where one is named. */
    act(edit: Edit, pair: Pair | null = null): void {
      meant = pair;
      (edit.side === "page" ? page : inLinear)[edit.act](edit);
      meant = null;
    },
    /** Words that somebody wrote and nobody took away again. */
    expected: (): Written[] => [...written.values()].filter(({ token }) => !gone.has(token)),
    giveUp: (text: string) => giveUp(text, ""),
    /** What a webhook said that never came. */
    untold: (text: string) => {
      for (const token of tokensIn(text)) untold.add(token);
    },
    /** True where a text of Linear's may be gone with its event: nothing else tells what it was. */
    isUntold: (token: string) => untold.has(token) && /description|criterion/.test(written.get(token)?.field ?? ""),
    bodyNow,
    itemsNow,
    living,
  };
}

/** The row, list item or section that an item is. */
function unitOf(body: string, item: ExtractedItem): SourceRange | null {
  const at = item.source.fields.title?.[0]?.start ?? item.source.item.start;
  const row = { start: body.lastIndexOf("<tr", at), end: body.indexOf("</tr>", at) + 5 };
  if (row.start >= 0 && row.end > 4 && body.lastIndexOf("</tr>", at) < row.start) return row;
  const heading = /<h3[^>]*>/g;
  const headings = [...body.matchAll(heading)].map((match) => match.index);
  const start = headings.findLast((index) => index <= at);
  if (start !== undefined) {
    const next = [...body.matchAll(/<h[123][^>]*>/g)].map((match) => match.index).find((index) => index > start);
    return { start, end: next ?? body.length };
  }
  return listItemAround(body, at);
}

function listItemAround(body: string, at: number): SourceRange | null {
  const start = body.lastIndexOf("<li", at);
  let depth = 0;
  for (const match of body.slice(start).matchAll(/<li[\s>]|<\/li>/g)) {
    depth += match[0] === "</li>" ? -1 : 1;
    if (depth === 0) return { start, end: start + match.index + 5 };
  }
  return null;
}

export function withoutRow(body: string, item: ExtractedItem): string {
  const unit = unitOf(body, item);
  return unit ? body.slice(0, unit.start) + body.slice(unit.end) : body;
}

/** A copy of an item's row behind it, under another name and without its id. */
function addBeside(body: string, item: ExtractedItem, token: string): string {
  const unit = unitOf(body, item);
  const [title, id] = [item.source.fields.title?.[0], item.source.fields.key?.[0]];
  if (!unit || !title || title.start < unit.start || title.end > unit.end) return body;
  const text = body.slice(title.start, title.end);
  let own = body.slice(unit.start, unit.end).replace(text, `Fresh ${token} item`);
  if (id)
    own = own.replace(
      body.slice(id.start, id.end),
      `N-${token.length}${parseInt(token.replace(/\D/g, "") || "7", 10)}`,
    );
  own = own
    .replace(/ local-id="[^"]*"/g, "")
    .replace(/<ac:structured-macro ac:name="anchor"[\s\S]*?<\/ac:structured-macro>/g, "");
  own = own.replace(/\bw[0-9a-z]+x\b/g, (word) => (word === token ? word : "copied"));
  return body.slice(0, unit.end) + own + body.slice(unit.end);
}
