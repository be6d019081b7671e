import type { Candidate } from "../extraction/candidate.js";
import type { StorageElement } from "../extraction/storage-tree.js";
import type { ExtractedItem, ItemKind } from "../plan-item.js";
import { elementOf, endOfExtent, shapeOf } from "./extents.js";
import { type CloneModel, clonesOf } from "./item-clone.js";
import { lineAround, sourceOfLine } from "./lines.js";
import { anchorFor } from "./marks.js";
import type { NewItem, PageEdit } from "./page-change.js";
import { elementNamed, insideOf, type PageView, rowAround } from "./page-view.js";
import { longerBy, spansAt } from "./row-spans.js";
import { cardOf } from "./set-link.js";
import { escapeText } from "./text-runs.js";

/** An item that a new one is to look like, and where the new one goes: behind which item, at which offset. */
type Model = CloneModel & { seat: Candidate; at: number; before?: string; after?: string };

/**
 * The ways to add an item: its row, bullet or heading in the form of a sibling's, with the title, what stands in the same line, and
 * the mark. What else there is to say of it is set afterwards.
 */
export function* additionEdits(view: PageView, added: NewItem): Generator<PageEdit[]> {
  for (const model of modelsOf(view, added)) {
    const { covered, cells } = spansAt(view, model.seat, model.at, added.parent);
    const edits = [...cells].flatMap((cell) => longerBy(view, cell, 1));
    for (const clone of clonesOf(view, model, added, covered))
      yield [
        { range: { start: model.at, end: model.at }, text: `${model.before ?? ""}${clone}${model.after ?? ""}` },
        ...edits,
      ];
  }
  yield* plainLists(view, added);
}

/** The sibling behind which it goes, other siblings, and items of this kind elsewhere, each with the place for the new one. */
function* modelsOf(view: PageView, added: NewItem): Generator<Model> {
  const { items } = view.extraction;
  const siblings = items.filter(({ parent }) => parent === added.parent);
  const after = added.after === null ? undefined : view.items.get(added.after);
  const ofKind = siblings.filter(({ kind }) => kind === added.kind);
  const near = [...(after ? [after] : []), ...ofKind.toReversed(), ...siblings.toReversed()];
  // Where the page is sorted by something else than what stands under what, a place is also beside items that say the same of themselves.
  const alike = items.filter(
    ({ kind, priority, parent }) => kind === added.kind && priority === added.priority && parent !== added.parent,
  );
  for (const seat of [...near.slice(0, 6), ...alike.toReversed().slice(0, 2)])
    for (const place of sightingsOf(view, seat)) {
      const at = endOfExtent(view, seat.key, place);
      if (at === null) continue;
      const twins = sameForm(view, place, added.kind);
      for (const twin of [
        ...(seat.kind === added.kind ? [{ item: seat, candidate: place }] : []),
        ...twins.slice(0, 2),
        { item: seat, candidate: place },
      ])
        yield { ...twin, seat: place, at };
    }
  yield* firstBelow(view, added);
}

function sightingsOf(view: PageView, { key }: ExtractedItem): readonly Candidate[] {
  const all = view.sightings.get(key) ?? [];
  return all.filter(({ title }) => title.value !== "").toSorted((a, b) => rank(view, a) - rank(view, b));
}

function rank(view: PageView, candidate: Candidate): number {
  return ["row", "cell", "card", "bullet", "heading", "line", "panel", "other"].indexOf(shapeOf(view, candidate));
}

/** Items of a kind in the same list or table as another. */
function sameForm(view: PageView, place: Candidate, kind: ItemKind): { item: ExtractedItem; candidate: Candidate }[] {
  return view.extraction.items
    .filter((item) => item.kind === kind)
    .flatMap((item) => (view.sightings.get(item.key) ?? []).map((candidate) => ({ item, candidate })))
    .filter(({ candidate }) => candidate.structure === place.structure && candidate !== place);
}

/** Below a parent that has nothing yet: in the form that such items have below other parents. */
function* firstBelow(view: PageView, added: NewItem): Generator<Model> {
  const parent = added.parent === null ? undefined : view.items.get(added.parent);
  const others = view.extraction.items.filter((item) => item.kind === added.kind && item.parent !== null);
  const models = others.flatMap((item) => sightingsOf(view, item).map((candidate) => ({ item, candidate })));
  for (const place of parent ? sightingsOf(view, parent) : []) {
    const [shape, at] = [shapeOf(view, place), endOfExtent(view, added.parent ?? "", place)];
    const element = elementOf(view, place);
    if (at === null || !element) continue;
    if (shape === "row" || shape === "cell")
      for (const model of models.filter(({ candidate }) => candidate.structure === place.structure).slice(0, 2))
        yield { ...model, seat: place, at };
    if (shape === "bullet") {
      const inside = insideOf(view, element);
      const list = element.children.find(
        (it): it is StorageElement => it.kind === "element" && /^(?:ul|ol)$/.test(it.name),
      );
      const insideList = list && insideOf(view, list);
      for (const model of models.filter(({ candidate }) => shapeOf(view, candidate) === "bullet").slice(0, 2)) {
        if (insideList) yield { ...model, seat: place, at: insideList.end };
        else if (inside) yield { ...model, seat: place, at: inside.end, before: "<ul>", after: "</ul>" };
      }
    }
    if (shape === "heading" || shape === "line")
      for (const form of ["heading", "line"])
        for (const model of models.filter(({ candidate }) => shapeOf(view, candidate) === form).slice(0, 2))
          yield { ...model, seat: place, at };
    if (shape === "heading" || shape === "line")
      for (const model of models.filter(({ candidate }) => shapeOf(view, candidate) === "bullet").slice(0, 1))
        yield { ...model, seat: place, at, before: "<ul>", after: "</ul>" };
  }
}

/** A plain list, where the page has no form for such an item. */
function* plainLists(view: PageView, added: NewItem): Generator<PageEdit[]> {
  const card = added.link ? ` ${cardOf(added.link)}` : "";
  const name = added.kind.charAt(0).toUpperCase() + added.kind.slice(1);
  const bullet = `<li>${anchorFor(added.mark)}${name}: ${escapeText(added.title)}${card}</li>`;
  const parent = added.parent === null ? undefined : view.items.get(added.parent);
  for (const place of parent ? sightingsOf(view, parent) : []) {
    const at = endOfExtent(view, added.parent ?? "", place);
    const element = elementOf(view, place);
    const inside = element && insideOf(view, element);
    if (shapeOf(view, place) === "bullet" && inside)
      yield [{ range: { start: inside.end, end: inside.end }, text: `<ul>${bullet}</ul>` }];
    else if (shapeOf(view, place) === "panel") {
      const body = elementNamed(view, place.title.range.start + 0.5, "ac:structured-macro")?.children.find(
        (it): it is StorageElement => it.kind === "element" && it.name === "ac:rich-text-body",
      );
      const content = body && insideOf(view, body);
      if (content) yield [{ range: { start: content.end, end: content.end }, text: `<ul>${bullet}</ul>` }];
    } else if (rowAround(place)) {
      const title = lineAround(view, place.title.range);
      const end = title && sourceOfLine(view, title).end;
      const table = element && elementNamed(view, element.start, "table");
      if (end !== null && end !== undefined) yield [{ range: { start: end, end }, text: `<ul>${bullet}</ul>` }];
      if (table) yield [{ range: { start: table.end, end: table.end }, text: `<ul>${bullet}</ul>` }];
    } else if (at !== null) {
      yield [{ range: { start: at, end: at }, text: `<ul>${bullet}</ul>` }];
      if (element) yield [{ range: { start: element.end, end: element.end }, text: `<ul>${bullet}</ul>` }];
    }
  }
  if (added.parent === null) {
    const end = view.body.length;
    yield [
      {
        range: { start: end, end },
        text: `<p>${anchorFor(added.mark)}<strong>${name}: ${escapeText(added.title)}</strong>${card}</p>`,
      },
    ];
  }
}
