import type { ExtractedItem, Extraction, ItemFields, Priority } from "../../lib/domain/plan-item.js";
import type { NewItem, PageChange } from "../../lib/domain/surgery/page-change.js";
import type { Random } from "./surgery-random.js";

/** A change that somebody could make in Linear, and whether the page states the value that it changes. */
export type Case = { kind: string; isStated: boolean; change: PageChange };

const WORDS = "mobile quick report list export draft customer order cheaper alerts weekly partner search review".split(
  " ",
);
const PRIORITIES: readonly Priority[] = ["urgent", "high", "medium", "low"];

/** One change of each kind that an item allows. */
export function casesFor(item: ExtractedItem, { items }: Extraction, random: Random): Case[] {
  const word = () => random.pick(WORDS);
  const set = <Field extends keyof ItemFields>(
    kind: string,
    field: Field,
    value: ItemFields[Field],
    isStated = true,
  ): Case => ({
    kind,
    isStated,
    change: { type: "set", key: item.key, field, value } as PageChange,
  });
  const cases: Case[] = [set("title", "title", otherTitle(item.title, random))];
  const points = random.pick([1, 2, 3, 5, 8, 13].filter((it) => it !== item.storyPoints));
  cases.push(set("points", "storyPoints", points, item.storyPoints !== null));
  if (item.storyPoints !== null) cases.push(set("points taken away", "storyPoints", null));
  const priority = random.pick(PRIORITIES.filter((it) => it !== item.priority));
  cases.push(set("priority", "priority", priority, item.priority !== null));
  if (item.priority !== null) cases.push(set("priority taken away", "priority", null));
  const criteria = item.acceptanceCriteria;
  const at = random.below(criteria.length);
  if (criteria.length > 0) {
    cases.push(set("criterion edited", "acceptanceCriteria", criteria.with(at, withWord(criteria[at] ?? "", word()))));
    cases.push(set("criterion removed", "acceptanceCriteria", criteria.toSpliced(at, 1)));
  }
  const added = criteria.toSpliced(
    random.below(criteria.length + 1),
    0,
    `The ${word()} shows <${word()}> & "${word()}"`,
  );
  cases.push(set("criterion added", "acceptanceCriteria", added, criteria.length > 0));
  if (item.description !== "")
    cases.push(set("description edited", "description", otherWord(item.description, random)));
  const other = random.pick(
    items.filter(
      ({ key, kind }) => key !== item.key && !item.dependsOn.includes(key) && (kind === "story" || kind === "enabler"),
    ),
  );
  if (other)
    cases.push(set("dependency added", "dependsOn", [...item.dependsOn, other.key], item.dependsOn.length > 0));
  const [gone] = item.dependsOn;
  if (gone)
    cases.push(
      set(
        "dependency removed",
        "dependsOn",
        item.dependsOn.filter((key) => key !== gone),
      ),
    );
  const link = { identifier: "ENG-12", url: "https://linear.app/acme/issue/ENG-12/an-issue" };
  if (item.issueLink === null)
    cases.push({ kind: "link", isStated: true, change: { type: "link", key: item.key, link } });
  if (!items.some(({ parent }) => parent === item.key))
    cases.push({ kind: "strike", isStated: true, change: { type: "strike", key: item.key } });
  cases.push(...movesOf(item, items, random));
  if (item.kind !== "epic")
    cases.push({ kind: "add", isStated: true, change: { type: "add", item: besides(item, random) } });
  return cases;
}

/** Under another parent of the same kind, and behind another sibling. */
function movesOf(item: ExtractedItem, items: readonly ExtractedItem[], random: Random): Case[] {
  const moved = (kind: string, parent: string | null, after: string | null): Case => ({
    kind,
    isStated: true,
    change: { type: "move", key: item.key, parent, after },
  });
  const above = items.find(({ key }) => key === item.parent);
  const others = items.filter(({ key, kind }) => kind === above?.kind && key !== item.parent && key !== item.key);
  const parent = random.pick(others);
  const below = random.pick(items.filter((it) => parent && it.parent === parent.key));
  const sibling = random.pick(items.filter((it) => it.parent === item.parent && it.key !== item.key));
  return [
    ...(parent ? [moved("move", parent.key, random.below(2) === 0 ? (below?.key ?? null) : null)] : []),
    ...(sibling ? [moved("move among siblings", item.parent, sibling.key)] : []),
  ];
}

function besides(item: ExtractedItem, random: Random): NewItem {
  return {
    kind: item.kind,
    title: "Print the weekly list & more",
    parent: item.parent,
    after: random.below(2) === 0 ? item.key : null,
    mark: "3f1c9a52-added",
    link: random.below(2) === 0 ? { identifier: "ENG-77", url: "https://linear.app/acme/issue/ENG-77/print" } : null,
    description: "",
    storyPoints: 5,
    priority: "medium",
    enablerType: item.kind === "enabler" ? "architecture" : null,
    acceptanceCriteria: ["The list fits on a page", "Nothing is printed <twice>"],
    dependsOn: [],
  };
}

function otherTitle(title: string, random: Random): string {
  const words = title.split(" ");
  const at = random.below(words.length);
  if (random.below(4) === 0) return `${random.pick(WORDS)} ${random.pick(WORDS)} & ${random.pick(WORDS)}`;
  return (
    random.below(2) === 0 ? words.toSpliced(at + 1, 0, random.pick(WORDS)) : words.with(at, random.pick(WORDS))
  ).join(" ");
}

function otherWord(text: string, random: Random): string {
  const words = text.split(" ");
  return words.with(random.below(words.length), random.pick(WORDS)).join(" ");
}

function withWord(text: string, word: string): string {
  return text.replace(/(\p{L}+)(\P{L}*)$/u, `$1 ${word}$2`);
}
