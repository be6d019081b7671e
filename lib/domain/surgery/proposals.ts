import type { EnablerType, ItemKind, Priority } from "../plan-item.js";
import { additionEdits } from "./add-item.js";
import { moveEdits } from "./move.js";
import { orderEdits } from "./order.js";
import type { PageChange, PageEdit } from "./page-change.js";
import type { PageView } from "./page-view.js";
import { dependencyEdits } from "./set-dependencies.js";
import { linkEdits } from "./set-link.js";
import { criteriaEdits, descriptionEdits } from "./set-list.js";
import { titleEdits } from "./set-title.js";
import { enablerTypeEdits, kindEdits, pointsEdits, priorityEdits } from "./set-value.js";
import { statusEdits } from "./status.js";
import { strikeEdits } from "./strike.js";
import { oneLine } from "./text-runs.js";

/** The ways to make a change, the one that fits the page best first; none of them is certain before the page was read again. */
export function proposalsFor(view: PageView, change: PageChange): Iterable<PageEdit[]> {
  switch (change.type) {
    case "set":
      return valueEdits(view, change);
    case "status":
      return statusEdits(view, change);
    case "link":
      return linkEdits(view, change);
    case "strike":
      return strikeEdits(view, change.key);
    case "add":
      return additionEdits(view, { ...change.item, title: oneLine(change.item.title) });
    case "move":
      return moveEdits(view, change);
    case "order":
      return orderEdits(view, change);
  }
}

function valueEdits(view: PageView, { key, field, value }: PageChange & { type: "set" }): Iterable<PageEdit[]> {
  const item = view.items.get(key);
  if (!item) return [];
  switch (field) {
    case "title":
      return titleEdits(view, item, oneLine(value as string));
    case "description":
      return descriptionEdits(view, item, value as string);
    case "storyPoints":
      return pointsEdits(view, item, value as number | null);
    case "priority":
      return priorityEdits(view, item, value as Priority | null);
    case "enablerType":
      return enablerTypeEdits(view, item, value as EnablerType | null);
    case "kind":
      return kindEdits(view, item, value as ItemKind);
    case "acceptanceCriteria":
      return criteriaEdits(view, item, value as string[]);
    case "dependsOn":
      return dependencyEdits(view, item, value as string[]);
  }
}
