import { type SQL, sql } from "drizzle-orm";
import { RequestError } from "../domain/errors.js";

/** Where a row stands in a list that has the newest first, to the microsecond: rows of the same instant follow each other by id. */
export const placeOf = (createdAt: SQL, id: SQL): SQL =>
  sql`jsonb_build_array(to_char(${createdAt} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), ${id})`;

/** Rows that follow the one that the cursor names; all, where there is none. Throws RequestError for what is no cursor. */
export function beyond(cursor: string | null, createdAt: SQL, id: SQL): SQL {
  if (cursor === null) return sql`true`;
  const [at, last] = readCursor(cursor);
  return sql`(${createdAt}, ${id}) < (${at}::timestamptz, ${last}::uuid)`;
}

/** A page of rows of which one more was read than it holds; each has its `place`. */
export function toPage<Row extends { place: unknown }, Item>(
  rows: Row[],
  limit: number,
  toItem: (row: Row) => Item,
): { items: Item[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { items: shown.map(toItem), next: last ? toCursor(last.place) : null };
}

const toCursor = (place: unknown): string => Buffer.from(JSON.stringify(place)).toString("base64url");

function readCursor(cursor: string): [at: string, id: string] {
  const [, at, id] =
    /^\["(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)","([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})"\]$/.exec(
      Buffer.from(cursor, "base64url").toString("utf8"),
    ) ?? [];
  if (at && id && isInstant(at)) return [at, id];
  throw new RequestError("invalid_cursor", 400, "cursor: is none that this list gave");
}

/** A day that its month has, in a year that PostgreSQL knows. */
export const isInstant = (at: string): boolean =>
  at > "1970" && !Number.isNaN(Date.parse(at)) && new Date(at).toISOString().slice(0, 19) === at.slice(0, 19);
