import { type EditedPage, note, type Pick, piecesOf, truthsIn, type Unit, unitsOf } from "./page-editor.js";
import { cloneNode, elementNode, nodesOf, type PageNode, textNode, textOf } from "./page-tree.js";

/** Something that people do to a page; does nothing where the page gives no occasion. */
export type Edit = (page: EditedPage, pick: Pick) => void;

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const ID = /(?<![\p{L}\p{N}-])([A-Z][A-Z0-9]{0,11}-[A-Z]{0,3})(\d{1,7})(?![\p{L}\p{N}.]*\d)/gu;

function rewordBy(share: number): Edit {
  return (page, pick) => {
    const unit = pick([...page.done.keys()].filter((truth) => piecesOf(page.root, truth, "title").length > 0));
    if (unit !== null) rewordItem(page, unit, share, pick);
  };
}

const renameParent: Edit = (page, pick) => {
  const parent = pick(page.parents);
  if (parent !== null) rewordItem(page, parent, pick([0.3, 0.7, 1]) ?? 1, pick);
};

function rewordItem(page: EditedPage, truth: string, share: number, pick: Pick) {
  const [first, ...others] = piecesOf(page.root, truth, "title");
  if (!first) return;
  const before = first.open;
  const after = rewordText(before, share, page.words, pick);
  for (const piece of [first, ...others]) if (piece.open.trim() === before.trim()) piece.open = after;
  note(page, truth, share > 0.5 ? "rewritten" : "reworded");
}

function rewordText(text: string, share: number, vocabulary: string[], pick: Pick): string {
  const words = text.split(" ");
  const changes = Math.max(1, Math.round(words.length * share));
  for (let n = 0; n < changes; n++) {
    const at = pick(upTo(words.length)) ?? 0;
    const word = pick(vocabulary) ?? "other";
    const kind = pick(["replace", "replace", "insert", words.length > 2 ? "drop" : "insert"]);
    if (kind === "drop") words.splice(at, 1);
    else words.splice(at, kind === "insert" ? 0 : 1, word);
  }
  return words.join(" ");
}

const freshTitle = ({ words }: EditedPage, pick: Pick) =>
  upTo(pick([3, 4, 5, 6]) ?? 4)
    .map(() => pick(words) ?? "new")
    .join(" ")
    .replace(/^./, (letter) => letter.toUpperCase());

function remove(unit: Unit) {
  unit.container.children = unit.container.children.filter((node) => !unit.nodes.includes(node));
}

function insertBeside(unit: Unit, nodes: PageNode[], where: "before" | "after") {
  const { children } = unit.container;
  const at =
    where === "before"
      ? children.indexOf(unit.nodes[0] as PageNode)
      : children.indexOf(unit.nodes.at(-1) as PageNode) + 1;
  children.splice(at, 0, ...nodes);
}

function moveBeside(isOther: boolean): Edit {
  return (page, pick) => {
    const units = unitsOf(page);
    const unit = pick(units);
    if (!unit) return;
    const inside = new Set(truthsIn(unit));
    const target = pick(
      units.filter(
        (it) => it.fit === unit.fit && !inside.has(it.truth) && (it.container !== unit.container || !isOther),
      ),
    );
    if (!target) return;
    remove(unit);
    insertBeside(target, unit.nodes, pick(["before", "after"]) ?? "after");
    note(page, unit.truth, "moved");
  };
}

const shuffle: Edit = (page, pick) => {
  const units = unitsOf(page);
  const one = pick(units);
  if (!one) return;
  const family = units.filter((it) => it.container === one.container && it.fit === one.fit);
  const nodes = family.map((it) => it.nodes);
  const [first] = nodes[0] ?? [];
  if (!first || family.length < 2 || new Set(nodes.flat()).size !== nodes.flat().length) return;
  const at = one.container.children.indexOf(first);
  family.forEach(remove);
  const mixed: PageNode[] = [];
  while (nodes.length > 0) mixed.push(...(nodes.splice(pick(upTo(nodes.length)) ?? 0, 1)[0] ?? []));
  one.container.children.splice(at, 0, ...mixed);
  for (const { truth } of family) note(page, truth, "moved");
};

/** Copies a unit as a person does who makes a new item of it. */
function copyUnit(page: EditedPage, unit: Unit, keepsLocalIds: boolean): { nodes: PageNode[]; truth: string } {
  const truth = `made-${++page.made}`;
  const nodes = unit.nodes.map(cloneNode);
  for (const { node } of nodes.flatMap(nodesOf)) {
    if (node.truth !== null) node.truth = node.truth === unit.truth ? truth : `made-${++page.made}`;
    if (node.name !== "" && !keepsLocalIds) node.open = withoutLocalIds(node.open);
    if (node.role === "id") node.open = freshId(page, node.open);
  }
  note(page, truth, "made");
  return { nodes, truth };
}

function freshId(page: EditedPage, like: string): string {
  const [head] = /^\D*/.exec(like) ?? [""];
  return `${head}${9000 + page.made}`;
}

const withoutLocalIds = (open: string) => open.replaceAll(/ (?:ac:|ri:)?local-id="[^"]*"/g, "");

function insertNew(page: EditedPage, pick: Pick, where: "before" | "after"): Unit | null {
  // What has children elsewhere on the page would leave them to the new one, and be no new one then.
  const unit = pick(unitsOf(page).filter((it) => truthsIn(it).length === 1 && !page.parents.includes(it.truth)));
  if (!unit) return null;
  const { nodes } = copyUnit(page, unit, false);
  const pieces = nodes.flatMap(nodesOf).map(({ node }) => node);
  const [title, ...more] = pieces.filter(({ role }) => role === "title");
  if (title) title.open = freshTitle(page, pick);
  for (const piece of more) piece.open = "";
  for (const piece of pieces) {
    if (piece.role === "criterion" || piece.role === "description") piece.open = freshTitle(page, pick);
    if (piece.role === "points") piece.open = pick(["1", "2", "3", "5", "8"]) ?? "3";
  }
  insertBeside(unit, nodes, where);
  return unit;
}

/** Something else takes the place of an item. */
const replace: Edit = (page, pick) => {
  const unit = insertNew(page, pick, "after");
  if (unit) remove(unit);
};

const copy: Edit = (page, pick) => {
  const unit = pick(unitsOf(page).filter((it) => truthsIn(it).length === 1));
  if (!unit) return;
  const { nodes, truth } = copyUnit(page, unit, true);
  insertBeside(unit, nodes, "after");
  const hasId = piecesOf(page.root, truth, "id").length > 0;
  if (!hasId || pick([true, false])) rewordItem(page, truth, pick([0.2, 0.6, 1]) ?? 1, pick);
};

const deleteOne: Edit = (page, pick) => {
  const unit = pick(unitsOf(page));
  if (unit && truthsIn(unit).length <= 6) remove(unit);
};

/** A row comes in, and the ids of those below go up by one. */
const renumber: Edit = (page, pick) => {
  const unit = insertNew(page, pick, "before");
  const id = unit && piecesOf(page.root, unit.truth, "id")[0]?.open;
  const [, series, from] = [...(id ?? "").matchAll(ID)][0] ?? [];
  if (!series || !from) return;
  const made = piecesOf(page.root, `made-${page.made}`, "id")[0];
  const texts = nodesOf(page.root).flatMap(({ node }) => (node.name === "" ? [node.open] : []));
  const used = new Set(
    texts.flatMap((text) => [...text.matchAll(ID)].flatMap(([, head, n]) => (head === series ? Number(n) : []))),
  );
  let end = Number(from);
  while (used.has(end)) end++;
  for (const { node } of nodesOf(page.root)) {
    if (node.name !== "" || node === made) continue;
    const after = node.open.replaceAll(ID, (whole, head: string, n: string) =>
      head === series && Number(n) >= Number(from) && Number(n) < end ? `${head}${Number(n) + 1}` : whole,
    );
    if (after !== node.open && node.role === "id" && node.truth) note(page, node.truth, "renumbered");
    node.open = after;
  }
  if (made && id) made.open = id;
};

const renameSeries: Edit = (page) => {
  for (const { node } of nodesOf(page.root)) {
    if (node.name !== "") continue;
    const after = node.open.replaceAll(ID, (_, head: string, n: string) => `N${head}${n}`);
    if (after !== node.open && node.role === "id" && node.truth) note(page, node.truth, "renumbered");
    node.open = after;
  }
};

const numberItems: Edit = (page) => {
  let n = 100;
  for (const { node, parent } of nodesOf(page.root)) {
    const { truth } = node;
    if (node.role !== "title" || truth === null || !parent) continue;
    const isOnce = piecesOf(page.root, truth, "title").length === 1;
    if (!isOnce || piecesOf(page.root, truth, "id").length > 0) continue;
    const id = textNode(`NR-${++n}`, { role: "id", truth });
    parent.children.splice(parent.children.indexOf(node), 0, id, textNode(" – "));
    note(page, truth, "numbered");
  }
};

/** The ids of one page are no longer printed, or were never. */
const loseIds: Edit = (page) => {
  for (const { node, parent } of nodesOf(page.root)) {
    if (node.role !== "id" || node.truth === null || !parent) continue;
    note(page, node.truth, "lost its id");
    node.open = "";
    const before = parent.children[parent.children.indexOf(node) - 1];
    if (before?.name === "") before.open = before.open.trimEnd();
  }
};

/** A story turns out to be an enabler, a feature to be a story, or the other way round. */
const changeKind: Edit = (page, pick) => {
  const words: Record<string, string> = { Story: "Enabler", Enabler: "Story", Feature: "Story" };
  const named = nodesOf(page.root).flatMap(({ node, parent }) => {
    const title = parent?.children.find((it) => it.role === "title");
    return node.name === "" && title?.truth && node.role === null && /^(Story|Enabler|Feature)\b/.test(node.open)
      ? [{ node, truth: title.truth }]
      : [];
  });
  const one = pick(named);
  if (!one) return;
  one.node.open = one.node.open.replace(/^\w+/, (word) => words[word] ?? word);
  note(page, one.truth, "of another kind");
};

type Table = { node: PageNode; rows: PageNode[]; units: Unit[] };

/** Tables without merged cells, in which several items have rows under a header. */
function tablesOf(page: EditedPage): Table[] {
  const units = unitsOf(page).filter((it) => it.kind === "row");
  return nodesOf(page.root).flatMap(({ node }) => {
    if (node.name !== "table") return [];
    const nodes = nodesOf(node).map((it) => it.node);
    const rows = nodes.filter(({ name }) => name === "tr");
    const inside = units.filter((it) => nodes.includes(it.container));
    const isEven = rows.every((row) => row.children.length === rows[0]?.children.length);
    const hasHeader = rows[0]?.children.every(({ name }) => name === "th") ?? false;
    return isEven && hasHeader && inside.length > 1 ? [{ node, rows, units: inside }] : [];
  });
}

const swapColumns: Edit = (page, pick) => {
  const table = pick(tablesOf(page));
  const columns = upTo(table?.rows[0]?.children.length ?? 0);
  const [a, b] = [pick(columns) ?? 0, pick(columns) ?? 0];
  for (const { children } of table?.rows ?? [])
    [children[a], children[b]] = [children[b] as PageNode, children[a] as PageNode];
};

const insertColumn: Edit = (page, pick) => {
  const table = pick(tablesOf(page));
  const at = pick(upTo(table?.rows[0]?.children.length ?? 0)) ?? 0;
  table?.rows.forEach(({ children }, index) =>
    children.splice(at, 0, elementNode(index === 0 ? "th" : "td", textNode(index === 0 ? "Owner" : "Kim"))),
  );
};

/** Somebody writes the rows of a table as headed sections. */
const rewriteTable: Edit = (page, pick) => {
  const table = pick(tablesOf(page));
  const placed = nodesOf(page.root);
  const holder = placed.find(({ node }) => node === table?.node);
  if (!table || !holder?.parent) return;
  const names = (table.rows[0]?.children ?? []).map((cell) => textOf(cell).trim());
  const headings = placed
    .slice(0, placed.indexOf(holder))
    .flatMap(({ node }) => /^h([1-6])$/.exec(node.name)?.[1] ?? []);
  const level = Math.min(Number(headings.at(-1) ?? 1) + 1, 6);
  const sections = table.units.flatMap(({ nodes: [row], truth }) =>
    row ? sectionOf(row, names, truth, `h${level}`) : [],
  );
  holder.parent.children.splice(holder.parent.children.indexOf(table.node), 1, ...sections);
  for (const { truth } of table.units) note(page, truth, "rewritten as section");
};

function sectionOf(row: PageNode, names: string[], truth: string, heading: string): PageNode[] {
  const pieces = row.children.map((cell) => nodesOf(cell).map(({ node }) => node));
  const titleAt = pieces.findIndex((nodes) => nodes.some((it) => it.role === "title" && it.truth === truth));
  const idAt = pieces.findIndex((nodes) => nodes.some((it) => it.role === "id" && it.truth === truth));
  const kindAt = names.findIndex((name) => /^(type|typ|kind|art)$/i.test(name));
  const stated = kindAt < 0 ? "" : textOf(row.children[kindAt] as PageNode).trim();
  const texts = (at: number) => (pieces[at] ?? []).filter(({ name }) => name === "");
  const title = texts(titleAt);
  const from = title.findIndex((it) => it.role === "title");
  const isEnabler = title.slice(0, from).some(({ open }) => /enabler|spike|nfr/i.test(open));
  const kind = stated || (isEnabler ? "Enabler" : "Story");
  const id = idAt === titleAt ? [] : texts(idAt);
  const words = [textNode(id.length > 0 ? `${kind} ` : kind), ...id, textNode(": "), ...title.slice(from)];
  const head = elementNode(heading, ...words);
  const fields = row.children.flatMap((cell, at): PageNode[] => {
    if ([titleAt, idAt, kindAt].includes(at) || textOf(cell).trim() === "" || !names[at]) return [];
    const label = elementNode("strong", textNode(`${names[at]}:`));
    const lists = cell.children.filter(({ name }) => name === "ul" || name === "ol");
    return lists.length > 0
      ? [elementNode("p", label), ...lists]
      : [
          elementNode(
            "p",
            label,
            textNode(" "),
            ...nodesOf(cell).flatMap(({ node }) => (node.name === "" ? [node] : [])),
          ),
        ];
  });
  return [head, ...fields];
}

const changeField =
  (role: "points" | "criterion"): Edit =>
  (page, pick) => {
    const piece = pick(nodesOf(page.root).filter(({ node }) => node.role === role && node.truth !== null))?.node;
    if (!piece?.truth) return;
    piece.open = role === "points" ? (pick(["1", "2", "3", "5", "8", "13"]) ?? "3") : freshTitle(page, pick);
    note(page, piece.truth, "changed");
  };

/** Everything that people do to a page, by name. */
export const edits = {
  "change a word": rewordBy(0),
  "reword a title": rewordBy(0.35),
  "rewrite a title": rewordBy(0.7),
  "rename a parent": renameParent,
  "change a kind": changeKind,
  "move beside another": moveBeside(false),
  "move elsewhere": moveBeside(true),
  "put in another order": shuffle,
  "insert before": (page, pick) => void insertNew(page, pick, "before"),
  "insert after": (page, pick) => void insertNew(page, pick, "after"),
  copy,
  delete: deleteOne,
  "replace by another": replace,
  "insert and renumber": renumber,
  "rename the series of ids": renameSeries,
  "give ids to what has none": numberItems,
  "lose all ids": loseIds,
  "swap columns": swapColumns,
  "insert a column": insertColumn,
  "rewrite a table as sections": rewriteTable,
  "change points": changeField("points"),
  "change a criterion": changeField("criterion"),
  "add a paragraph": ({ root }, pick) => {
    const at = pick(upTo(root.children.length + 1)) ?? 0;
    root.children.splice(at, 0, elementNode("p", textNode("Catering is booked, please bring your own cup.")));
  },
  "lose all local ids": ({ root }) => {
    for (const { node } of nodesOf(root)) node.open = withoutLocalIds(node.open);
  },
} satisfies Record<string, Edit>;
export type EditName = keyof typeof edits;
