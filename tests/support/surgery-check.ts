import { Parser } from "htmlparser2";
import type { ExtractedItem, Extraction, ItemFields } from "../../lib/domain/plan-item.js";
import { findMarks } from "../../lib/domain/surgery/marks.js";
import type { PageChange, PageEdit, Surgery } from "../../lib/domain/surgery/page-change.js";

/** What is wrong with an operation on a page, told without looking at how it was done; nothing where all is well. */
export function problemsOfSurgery(
  body: string,
  before: Extraction,
  change: PageChange,
  surgery: Surgery,
  after: Extraction,
): string[] {
  const problems: string[] = [];
  if (withEdits(body, surgery.edits) !== surgery.body) problems.push("bytes outside of the edits differ");
  if (isBalanced(body) && !isBalanced(surgery.body)) problems.push("the edited page is not balanced");
  // oxlint-disable-next-line no-control-regex
  if (/[\0-\x08\x0b\x0c\x0e-\x1f]/.test(surgery.edits.map(({ text }) => text).join("")))
    problems.push("a control character was written");
  const isRefused = surgery.refused.some((it) => it.change === change);
  if (isRefused && surgery.body !== body) problems.push("a refused change left something");
  if (isRefused) return problems;
  if (change.type === "move") return [...problems, ...problemsOfMove(body, before, change, surgery, after)];
  return [...problems, ...difference(before, change, surgery, after)];
}

/** What is moved goes as it stands, but for the name of its parent; all others say the same, in the same order. */
function problemsOfMove(
  body: string,
  before: Extraction,
  { key, parent, after: behind }: PageChange & { type: "move" },
  { edits }: Surgery,
  after: Extraction,
): string[] {
  const problems: string[] = [];
  const names = [before.items.find((it) => it.key === key)?.parent, parent].map(
    (name) => before.items.find((it) => it.key === name) ?? { key: "–", title: "–" },
  );
  const bare = (texts: readonly string[]) =>
    texts
      // Rows that come where there is no table yet bring the headings of theirs.
      .flatMap((text) => text.replace(/<tr[^<>]*>(?:<th[\s>](?:(?!<\/th>)[^])*<\/th>)+<\/tr>/g, "").split(/<[^<>]*>/))
      .map((text) => names.flatMap((it) => [it.title, it.key]).reduce((rest, name) => rest.replaceAll(name, ""), text))
      .filter((text) => /\p{L}|\d/u.test(text))
      .sort()
      .join("|");
  // A merged cell becomes longer or shorter by a number in its tag.
  const moves = edits.filter(({ text }) => !/^\d*$/.test(text) || text === "");
  const [gone, come] = [moves.map(({ range }) => body.slice(range.start, range.end)), moves.map(({ text }) => text)];
  if (come.some((text) => text.includes("<")) && bare(gone) !== bare(come))
    problems.push(`“${gone.join("")}” was moved as “${come.join("")}”`);
  const below = new Set([key]);
  for (const { key: name, parent: above } of [...before.items, ...before.items])
    if (above !== null && below.has(above)) below.add(name);
  const order = (items: readonly ExtractedItem[], isMoved: boolean) =>
    items.filter((it) => below.has(it.key) === isMoved).map((it) => it.key);
  for (const isMoved of [true, false])
    if (JSON.stringify(order(before.items, isMoved)) !== JSON.stringify(order(after.items, isMoved)))
      problems.push(`${isMoved ? "what was moved" : "what stays"} stands in another order`);
  const at = (name: string | null) => after.items.findIndex((it) => it.key === name);
  const isBelowNew = before.items.find((it) => it.key === key)?.parent !== parent;
  if (!isBelowNew && behind !== null && at(behind) > at(key)) problems.push(`it stands in front of ${behind}`);
  const [is, meant] = [comparable(after.items, (it) => it), comparable(before.items, (it) => it)];
  Object.assign(meant[key] ?? {}, { parent });
  for (const item of [...Object.values(is), ...Object.values(meant)]) item.dependsOn.sort();
  for (const [name, item] of Object.entries(meant))
    if (JSON.stringify(item) !== JSON.stringify(is[name])) problems.push(`${name} is ${JSON.stringify(is[name])}`);
  return problems;
}

/** A body with edits made. */
export function withEdits(body: string, edits: readonly PageEdit[]): string {
  let text = "";
  let at = 0;
  for (const edit of edits) {
    if (edit.range.start < at) return "overlapping edits";
    text += body.slice(at, edit.range.start) + edit.text;
    at = edit.range.end;
  }
  return text + body.slice(at);
}

/** True where each element is closed where it should be. */
export function isBalanced(body: string): boolean {
  const open: string[] = [];
  let balanced = true;
  const parser = new Parser(
    {
      onopentag: (name) => open.push(name),
      onclosetag: (name, implied) => {
        if (implied && !body.includes(`<${name}`)) balanced = false;
        if (open.pop() !== name) balanced = false;
      },
    },
    { xmlMode: true },
  );
  parser.write(body);
  balanced &&= open.length === 0;
  parser.end();
  return balanced;
}

type Comparable = Omit<ItemFields, "key">;

/** Items under names that stay when a title, and with it a key, is another. */
function comparable(items: readonly ExtractedItem[], nameOf: (key: string) => string): Record<string, Comparable> {
  return Object.fromEntries(
    items.map((item) => [
      nameOf(item.key),
      {
        kind: item.kind,
        title: item.title,
        parent: item.parent && nameOf(item.parent),
        description: item.description,
        storyPoints: item.storyPoints,
        priority: item.priority,
        enablerType: item.enablerType,
        acceptanceCriteria: item.acceptanceCriteria,
        dependsOn: item.dependsOn.map(nameOf),
        issueLink: item.issueLink,
      },
    ]),
  );
}

function difference(before: Extraction, change: PageChange, surgery: Surgery, after: Extraction): string[] {
  const added = change.type === "add" ? findMarks(surgery.body, after).get(change.item.mark) : undefined;
  if (change.type === "add" && !added) return ["the mark of the new item is not found"];
  const gone = change.type === "strike" ? change.key : null;
  const wanted = before.items.filter(({ key }) => key !== gone);
  const kept = after.items.filter(({ key }) => key !== added);
  if (wanted.length !== kept.length) return [`${kept.length} items instead of ${wanted.length}`];
  const names = new Map(kept.map(({ key }, index) => [key, wanted[index]?.key ?? ""]));
  const is = comparable(kept, (key) => names.get(key) ?? key);
  const meant = comparable(wanted, (key) => key);
  for (const item of Object.values(meant)) if (gone) item.dependsOn = item.dependsOn.filter((key) => key !== gone);
  if (change.type === "set") Object.assign(meant[change.key] ?? {}, { [change.field]: change.value });
  if (change.type === "link" && meant[change.key])
    Object.assign(meant[change.key] ?? {}, { issueLink: change.link.url });
  const problems = Object.entries(meant).flatMap(([name, item]) =>
    Object.entries(item).flatMap(([field, value]) => {
      const now = is[name]?.[field as keyof Comparable];
      const isOwn = change.type === "set" && change.key === name;
      // The type of an enabler that nobody states follows the words of its title and description.
      if (field === "enablerType" && isOwn && change.field !== "enablerType") return [];
      const [a, b] =
        isOwn && field === "dependsOn" ? [(value as string[]).toSorted(), (now as string[]).toSorted()] : [value, now];
      return JSON.stringify(a) === JSON.stringify(b)
        ? []
        : [`${field} of ${name} is ${JSON.stringify(b)} instead of ${JSON.stringify(a)}`];
    }),
  );
  return [...problems, ...(change.type === "add" && added ? problemsOfNew(change, surgery, after, added) : [])];
}

function problemsOfNew(
  change: PageChange & { type: "add" },
  surgery: Surgery,
  after: Extraction,
  key: string,
): string[] {
  const item = after.items.find((it) => it.key === key);
  const left = new Set(
    surgery.refused.flatMap((it) => (it.change.type === "set" && it.change.key === key ? [it.change.field] : [])),
  );
  const fields = [
    "kind",
    "title",
    "parent",
    "description",
    "storyPoints",
    "priority",
    "enablerType",
    "acceptanceCriteria",
    "dependsOn",
  ] as const;
  const problems: string[] = fields.flatMap((field) =>
    left.has(field as never) || JSON.stringify(item?.[field]) === JSON.stringify(change.item[field])
      ? []
      : [
          `${field} of the new item is ${JSON.stringify(item?.[field])} instead of ${JSON.stringify(change.item[field])}`,
        ],
  );
  const isUnlinked = surgery.refused.some((it) => it.change.type === "link" && it.change.key === key);
  if (!isUnlinked && (item?.issueLink ?? null) !== (change.item.link?.url ?? null))
    problems.push("the new item does not have its link");
  return problems;
}
