import { expect, it } from "vitest";
import { slug } from "../../../lib/domain/extraction/fold.js";
import { matchItems } from "../../../lib/domain/matching/match-items.js";
import type { ExtractedItem, ItemFields } from "../../../lib/domain/plan-item.js";
import { bareFields } from "../../support/builders.js";

/** What stands on a page: printed id, title, and what else matters; `under` is the row that holds it. */
export type Row = [id: string | null, title: string, more?: Partial<ItemFields> & { under?: number; localId?: string }];

function reading(rows: Row[]): ExtractedItem[] {
  const keys: string[] = [];
  for (const [id, title] of rows) {
    const wanted = id ?? (slug(title) || "item");
    const times = keys.filter((key) => key === wanted || key.startsWith(`${wanted}-`)).length;
    keys.push(times === 0 ? wanted : `${wanted}-${times + 1}`);
  }
  return rows.map(([id, title, { under, localId, ...fields } = {}], at) => ({
    ...bareFields({
      key: keys[at] ?? "",
      title,
      parent: under === undefined ? null : (keys[under] ?? null),
      ...fields,
    }),
    localId: localId ?? null,
    source: { item: range, fields: { title: [range], ...(id === null ? {} : { key: [range] }) } },
  }));
}
const range = { start: 0, end: 0 };

/** For each row of the earlier page: its place on the page now, null where it has gone. */
function becomes(before: Row[], after: Row[]): (number | null)[] {
  const [base, next] = [reading(before), reading(after)];
  const { pairs, added, removed } = matchItems(
    base.map((fields, at) => ({ id: `${at}`, fields, localId: fields.localId, source: fields.source })),
    next,
  );
  expect(pairs.length + added.length).toBe(next.length);
  expect(pairs.length + removed.length).toBe(base.length);
  const found = new Map(pairs.map(({ id, item }) => [id, next.indexOf(item)]));
  return base.map((_, at) => found.get(`${at}`) ?? null);
}

export type Case = {
  name: string;
  before: Row[];
  after: Row[];
  /** For each row before: its place after. */
  becomes: (number | null)[];
};

/** Each case forward and, where rows can be told, backward; and each page against itself. */
export function keepIdentity(cases: Case[]) {
  it.each(cases)("$name", ({ before, after, becomes: expected }) => {
    expect(becomes(before, after)).toEqual(expected);
    const back = after.map((_row, at) => expected.indexOf(at)).map((at) => (at < 0 ? null : at));
    expect(becomes(after, before)).toEqual(back);
  });

  it.each(cases)("is kept where nothing was done: $name", ({ before, after }) => {
    for (const rows of [before, after]) expect(becomes(rows, rows)).toEqual(rows.map((_row, at) => at));
  });
}

export const says = (...acceptanceCriteria: string[]) => ({ acceptanceCriteria });
