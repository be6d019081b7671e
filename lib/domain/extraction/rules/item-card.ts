import { rankOf } from "../candidate.js";
import { addCandidate, applyField, isOtherKind, readHeadAt } from "../item-fields.js";
import { type Field, readFields } from "../labelled-line.js";
import { linesAsBlocks } from "../lead.js";
import { enter, type Rule, scopeOf, walkQuietly } from "../place.js";
import { linesOf } from "../rich-text.js";
import type { Label } from "../words/words.js";
import { BOLD_LEVEL } from "./heading-tree.js";

const IDENTIFYING: ReadonlySet<Label> = new Set(["id", "kind", "points", "priority"]);

/** A paragraph of labelled lines, the title among them, is an item: "ID: PAY-7", "Title: Refund a payment". */
export const itemCard: Rule = {
  name: "item-card",
  read(block, place) {
    if (block.kind !== "paragraph" || place.isInside || scopeOf(place).mode !== "items") return null;
    if (!block.text.text.includes("\n") || !block.text.text.includes(":")) return null;
    const lines = linesOf(block.text).map((line) => ({ line, fields: readFields(line) }));
    const fields = lines.flatMap((it) => it.fields);
    const title = fields.find(({ label }) => label === "title");
    if (!title || title.value.text === "" || !fields.some(({ label }) => IDENTIFYING.has(label))) return null;

    const kind = fields.find(({ label }) => label === "kind");
    if (kind && isOtherKind(kind.value)) return "context";
    endCards(place);
    const item = addCandidate(place, "item-card", block, block, readHeadAt(place, title.value));
    for (const field of fields) if (isHeadField(field)) applyField(item, field);
    enter(place, { level: BOLD_LEVEL, mode: "items", item, ownsText: true, groupWord: null });
    const rest = lines.filter(({ fields: [first] }) => !first || (first !== title && !isHeadField(first)));
    walkQuietly(place, linesAsBlocks(rest.map(({ line }) => line)));
    return "item";
  },
};

const isHeadField = ({ label }: Field) => label === "id" || label === "kind";

function endCards(place: Parameters<Rule["read"]>[1]) {
  for (let top = place.scopes.at(-1); top && place.scopes.length > place.floor; top = place.scopes.at(-1)) {
    if (top.level !== BOLD_LEVEL || (rankOf(top.item?.kindWord?.value ?? null) ?? 1) > 1) return;
    place.scopes.pop();
  }
}
