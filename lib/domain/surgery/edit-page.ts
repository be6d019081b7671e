import type { Extraction, ItemFields } from "../plan-item.js";
import type { PageChange, PageEdit, Surgery } from "./page-change.js";
import { type PageView, viewPage } from "./page-view.js";
import { areApart, bodyOf, editsOf, type Patch, patched, unpatched } from "./patch.js";
import { proposalsFor } from "./proposals.js";
import { sorted } from "./text-runs.js";
import { type Intention, intentionOf, keysIfMeant, nameOfNew, withChange } from "./verify.js";

type Page = { title: string; body: string };

/** How far the operation has come. */
type Operation = {
  page: Page;
  /** What the page said before. */
  before: Extraction;
  patch: Patch;
  view: PageView;
  intention: Intention;
  /** How items are called now, by what they were called on the page as it was. */
  keys: ReadonlyMap<string, string>;
  refused: Surgery["refused"];
};

/** All tries of one change together read no more than this many characters, so that a large page does not take minutes. */
const MOST_READ = 2_500_000;
const MOST_TRIES = 40;
const FEWEST_TRIES = 8;

/**
 * Edits the storage format of a page so that it says what is meant and nothing else is different. Each edit is tried: the page is
 * read again, and what does not say exactly what was meant is left out and named in `refused`. A function of what it is given.
 */
export function editPage(page: Page, changes: readonly PageChange[], before?: Extraction): Surgery {
  const view = viewPage(page);
  const operation: Operation = {
    page,
    before: before ?? view.extraction,
    patch: unpatched(page.body),
    view,
    intention: intentionOf(view.extraction),
    keys: new Map(view.extraction.items.map(({ key }) => [key, key])),
    refused: [],
  };
  solve(
    operation,
    changes.filter((change) => isFit(operation, change)),
  );
  fillIn(operation, changes);
  const { patch, refused } = operation;
  return { body: bodyOf(patch), edits: editsOf(patch), refused, extraction: operation.view.extraction };
}

/** What there is to say of new items besides their titles; what their rows have no place for is refused as a value of theirs. */
function fillIn(operation: Operation, changes: readonly PageChange[]): void {
  const added = changes.flatMap((change) =>
    change.type === "add" && !isRefused(operation, change) ? [change.item] : [],
  );
  if (added.length === 0) return;
  const rest = added.flatMap((item): PageChange[] => {
    const key = nameOfNew(item);
    const sets = FILLED_IN.map((field): PageChange => ({ type: "set", key, field, value: item[field] }));
    return item.link ? [...sets, { type: "link", key, link: item.link }] : sets;
  });
  const before = operation.refused.length;
  solve(operation, rest);
  for (const it of operation.refused.slice(before))
    if (it.change.type === "set" || it.change.type === "link")
      it.change = { ...it.change, key: operation.keys.get(it.change.key) ?? it.change.key };
}

const FILLED_IN = [
  "kind",
  "enablerType",
  "storyPoints",
  "priority",
  "description",
  "acceptanceCriteria",
  "dependsOn",
] as const;

function isRefused({ refused }: Operation, change: PageChange): boolean {
  return refused.some((it) => it.change === change);
}

/** Tries some changes together, and where that does not succeed the halves of them. */
function solve(operation: Operation, changes: readonly PageChange[]): void {
  if (changes.length === 0) return;
  const [only] = changes;
  if (only && changes.length === 1) return solveAlone(operation, only);
  const chosen: PageEdit[] = [];
  const together: PageChange[] = [];
  const apart: PageChange[] = [];
  let intention: Intention | null = operation.intention;
  for (const change of changes) {
    if (isDone(operation, change)) {
      const next: Intention | null = intention && withChange(intention, change, operation.before);
      if (next) intention = next;
      continue;
    }
    const first = firstOf(proposalsFor(operation.view, nowCalled(operation, change)));
    const next: Intention | null = first && intention && withChange(intention, change, operation.before);
    if (first && next && areApart([...chosen, ...first])) {
      chosen.push(...first);
      together.push(change);
      intention = next;
    } else apart.push(change);
  }
  if (intention && together.length === 0 && apart.length === 0) return void (operation.intention = intention);
  if (together.length > 0 && intention && commit(operation, chosen, intention)) return solve(operation, apart);
  const middle = Math.ceil(changes.length / 2);
  solve(operation, changes.slice(0, middle));
  solve(operation, changes.slice(middle));
}

function solveAlone(operation: Operation, change: PageChange): void {
  const reason = attempt(operation, change);
  if (reason === null) return;
  const anywhere = anywhereBelow(operation, change);
  if (!anywhere || attempt(operation, anywhere) !== null) refuse(operation, change, reason);
}

/** Among new siblings the place is a wish: on a page that is sorted by something else the item stands elsewhere. */
function anywhereBelow({ view, keys }: Operation, change: PageChange): PageChange | null {
  if (change.type === "add")
    return change.item.after === null ? null : { ...change, item: { ...change.item, after: null } };
  if (change.type !== "move" || change.after === null) return null;
  const now = (key: string | null) => key && (keys.get(key) ?? key);
  return view.items.get(now(change.key) ?? "")?.parent === now(change.parent) ? null : { ...change, after: null };
}

/** Makes the change in the first way that says what is meant; the reason where there is none. */
function attempt(operation: Operation, change: PageChange): string | null {
  const intention = withChange(operation.intention, change, operation.before);
  if (!intention) return "The page has no such item any more.";
  if (isDone(operation, change)) {
    operation.intention = intention;
    return null;
  }
  const most = Math.max(FEWEST_TRIES, Math.min(MOST_TRIES, Math.floor(MOST_READ / (operation.page.body.length + 1))));
  const tried = new Set<string>();
  for (const edits of proposalsFor(operation.view, nowCalled(operation, change))) {
    const name = JSON.stringify(edits);
    if (edits.length === 0 || tried.has(name) || !areApart(edits)) continue;
    if (tried.size >= most) break;
    tried.add(name);
    if (commit(operation, edits, intention)) return null;
  }
  return tried.size === 0
    ? "The page has no place for it."
    : "It could not be written without changing something else.";
}

/** Makes the edits if the page then says what is meant. */
function commit(operation: Operation, edits: readonly PageEdit[], intention: Intention): boolean {
  const patch = patched(operation.patch, sorted(edits));
  const body = bodyOf(patch);
  const { title } = operation.page;
  const view = viewPage({ title, body });
  const keys = keysIfMeant(intention, view.extraction);
  if (!keys) return false;
  Object.assign(operation, { patch, intention, keys, view });
  return true;
}

function refuse({ refused }: Operation, change: PageChange, reason: string) {
  refused.push({ change, reason });
}

function firstOf(proposals: Iterable<PageEdit[]>): PageEdit[] | null {
  for (const edits of proposals) if (edits.length > 0 && areApart(edits)) return edits;
  return null;
}

/** The change with the names that items have on the edited page. */
function nowCalled({ keys }: Operation, change: PageChange): PageChange {
  const now = (key: string) => keys.get(key) ?? key;
  if (change.type === "add") {
    const { parent, after } = change.item;
    return { ...change, item: { ...change.item, parent: parent && now(parent), after: after && now(after) } };
  }
  const called = { ...change, key: now(change.key) };
  if (called.type === "move")
    return { ...called, parent: called.parent && now(called.parent), after: called.after && now(called.after) };
  if (called.type === "order") return { ...called, keys: called.keys.map(now) };
  if (called.type !== "set" || called.field !== "dependsOn") return called;
  return { ...called, value: (called.value as string[]).map(now) };
}

/** True where the page says so already. */
function isDone(operation: Operation, change: PageChange): boolean {
  if (change.type === "link")
    return operation.view.items.get(operation.keys.get(change.key) ?? change.key)?.issueLink === change.link.url;
  if (change.type === "order") {
    const { keys } = nowCalled(operation, change) as typeof change;
    const places = keys.map((key) => operation.view.extraction.items.findIndex((item) => item.key === key));
    return places.every((at, n) => at > (places[n - 1] ?? -1));
  }
  if (change.type !== "set") return false;
  const { key, field, value } = nowCalled(operation, change) as typeof change;
  const said = operation.view.items.get(key)?.[field];
  const inOrder = (it: typeof value | undefined) =>
    JSON.stringify(field === "dependsOn" && Array.isArray(it) ? [...it].sort(alphabetically) : it);
  return inOrder(said) === inOrder(value);
}

/** False for a change that is none, or that nobody could make. */
function isFit(operation: Operation, change: PageChange): boolean {
  if (change.type === "add") return true;
  const item = operation.view.items.get(change.key);
  if (!item) {
    refuse(operation, change, "The page has no such item.");
    return false;
  }
  if (change.type === "link" && item.issueLink !== null) {
    const isSame = identifierIn(item.issueLink) === identifierIn(change.link.url);
    if (!isSame) refuse(operation, change, "The page links the item to another issue.");
    return false;
  }
  if (change.type !== "set") return true;
  if (!isPossible(change.field, change.value)) {
    refuse(operation, change, "A page cannot say that.");
    return false;
  }
  return JSON.stringify(item[change.field]) !== JSON.stringify(change.value);
}

const alphabetically = (a: string, b: string) => (a < b ? -1 : Number(a > b));

function identifierIn(link: string): string {
  return (/\/issue\/([A-Z][A-Z0-9]*-\d+)/i.exec(link)?.[1] ?? link).toUpperCase();
}

function isPossible(field: keyof ItemFields, value: unknown): boolean {
  if (field === "title") return typeof value === "string" && value.trim() !== "";
  if (field === "storyPoints")
    return value === null || (typeof value === "number" && Number.isFinite(value) && value >= 0);
  return true;
}
