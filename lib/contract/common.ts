import * as z from "zod/mini";

/** Ids that we give; in small letters, as PostgreSQL writes them, whatever a client sends, because ids are compared as text. */
export const Uuid = z.uuid().check(z.toLowerCase());
/** An instant in UTC, as ISO 8601 writes it. */
export const Instant = z.iso.datetime();

/** The highest number that rows keep. */
export const highest = 2_147_483_647;
/** A counter as rows keep it: the version that somebody has seen, or the number of an event. */
export const Version = z.int().check(z.gte(0), z.lte(highest));

/** A text of people: not only blanks, without NUL, which PostgreSQL does not store, and at most so many characters. */
export const text = (maxLength: number) =>
  z.string().check(z.minLength(1), z.maxLength(maxLength), z.regex(/^[^\0]*\S[^\0]*$/, "must not be blank"));
/** The same, where nothing may be said. */
export const optionalText = (maxLength: number) => z.string().check(z.maxLength(maxLength), z.regex(/^[^\0]*$/));

/** One page of a list; `cursor` is what the page before gave as `next`. */
export const Paging = z.object({
  limit: z.optional(z.coerce.number().check(z.int(), z.gte(1), z.lte(100))),
  cursor: z.optional(z.string().check(z.maxLength(500))),
});

/** A list's page; `next` is null on the last one. */
export const pageOf = <T extends z.ZodMiniType>(item: T) =>
  z.object({ items: z.array(item), next: z.nullable(z.string()) });

/**
 * What is answered instead of success (RFC 9457). `code` is stable; `error` repeats `detail` for clients of the session API, which look
 * there.
 */
export const Problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  error: z.string(),
  code: z.string(),
  requestId: z.string(),
});
export type Problem = z.infer<typeof Problem>;

export const Role = z.enum(["viewer", "member", "admin"]);
