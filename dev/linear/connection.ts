import { refused } from "./problems.js";

export type PageArguments = {
  after?: string | null;
  first?: number | null;
  includeArchived?: boolean | null;
  orderBy?: "createdAt" | "updatedAt" | null;
  filter?: Filter | null;
};
export type Filter = { [key: string]: unknown };

export const defaultPageSize = 50;
const largestPage = 250;

type Listed = { id: string; createdAt: string; updatedAt?: string; archivedAt?: string | null };

/** A page of a list, newest first unless told otherwise; `view` is what a filter sees of an entity. */
export function toConnection<T extends Listed>(
  list: T[],
  page: PageArguments,
  view: (entity: T) => unknown = (it) => it,
  newestFirst = true,
) {
  const size = page.first ?? defaultPageSize;
  if (size < 1 || size > largestPage)
    throw refused("Argument Validation Error", `first must be between 1 and ${largestPage}.`);
  const key = (entity: T) => (page.orderBy === "updatedAt" ? entity.updatedAt : undefined) ?? entity.createdAt;
  const newest = newestFirst ? 1 : -1;
  const all = list
    .filter((entity) => page.includeArchived || !entity.archivedAt)
    .filter((entity) => !page.filter || matches(view(entity), page.filter))
    .toSorted((a, b) => (key(a) < key(b) ? newest : key(a) > key(b) ? -newest : 0));
  const after = page.after ? all.findIndex((entity) => entity.id === page.after) : -1;
  if (page.after && after === -1) throw refused("Argument Validation Error", "after is not a cursor of this list.");
  const nodes = all.slice(after + 1, after + 1 + size);
  return {
    nodes,
    pageInfo: {
      hasNextPage: after + 1 + size < all.length,
      hasPreviousPage: after >= 0,
      startCursor: nodes[0]?.id ?? null,
      endCursor: nodes.at(-1)?.id ?? null,
    },
  };
}

const comparators: Record<string, (value: unknown, wanted: never) => boolean> = {
  eq: (value, wanted: unknown) => value === wanted,
  neq: (value, wanted: unknown) => value !== wanted,
  in: (value, wanted: unknown[]) => wanted.includes(value),
  nin: (value, wanted: unknown[]) => !wanted.includes(value),
  gt: (value, wanted: string | number) => (value as string | number) > wanted,
  gte: (value, wanted: string | number) => (value as string | number) >= wanted,
  lt: (value, wanted: string | number) => (value as string | number) < wanted,
  lte: (value, wanted: string | number) => (value as string | number) <= wanted,
  contains: (value, wanted: string) => String(value).includes(wanted),
  containsIgnoreCase: (value, wanted: string) => String(value).toLowerCase().includes(wanted.toLowerCase()),
  eqIgnoreCase: (value, wanted: string) => String(value).toLowerCase() === wanted.toLowerCase(),
  startsWith: (value, wanted: string) => String(value).startsWith(wanted),
  null: (value, wanted: boolean) => (value === null || value === undefined) === wanted,
};

export function matches(value: unknown, filter: Filter): boolean {
  return Object.entries(filter).every(([key, wanted]) => {
    if (wanted === null || wanted === undefined) return true;
    if (key === "and") return (wanted as Filter[]).every((part) => matches(value, part));
    if (key === "or") return (wanted as Filter[]).some((part) => matches(value, part));
    const compare = comparators[key];
    if (compare) return compare(value, wanted as never);
    return matches((value as Filter | null | undefined)?.[key], wanted as Filter);
  });
}
