import type * as z from "zod/mini";

/** What the person must be allowed to, at least somewhere; `public` asks for nobody. */
export type Access = "public" | "viewer" | "member" | "admin";

/**
 * One operation of the API: what it takes and gives, and who may. Server, OpenAPI document and client are made from it, so they cannot
 * disagree.
 */
export type Route = {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With parameters in braces, as OpenAPI writes them: `/api/v1/sessions/{id}`. */
  path: string;
  tag: string;
  summary: string;
  access: Access;
  /** Changes something of the person's own, which a token to read may not. */
  changesOwn?: boolean;
  params?: z.ZodMiniObject;
  query?: z.ZodMiniObject;
  body?: z.ZodMiniType;
  /** The status of success. */
  status: number;
  /** Null where the answer has no body. */
  answer: z.ZodMiniType | null;
  /** Other content than JSON, such as `text/csv`. */
  contentType?: string;
  /** The organization must be named by header or query where nobody signed in names it. */
  needsOrganization?: boolean;
  /** What is said where the document of the operation has words of its own: for a field that is missing, and for an id, `{id}`, that names nothing. */
  refusals?: { missing?: string; notFound?: string };
  /** A repeat with the same `Idempotency-Key` is answered and not done again. */
  isRepeatable?: boolean;
};

type In<T> = T extends z.ZodMiniType ? z.input<T> : undefined;
type Out<T> = T extends z.ZodMiniType ? z.output<T> : undefined;

/** What a caller sends. */
export type RequestOf<R extends Route> = Given<{ params: In<R["params"]>; query: In<R["query"]>; body: In<R["body"]> }>;
/** What a handler is given, checked. */
export type InputOf<R extends Route> = { params: Out<R["params"]>; query: Out<R["query"]>; body: Out<R["body"]> };
/** What a handler gives, before it is written as JSON. */
export type AnswerOf<R extends Route> = R["answer"] extends z.ZodMiniType ? z.input<R["answer"]> : null;
/** What a caller gets. */
export type ResultOf<R extends Route> = R["answer"] extends z.ZodMiniType ? z.output<R["answer"]> : null;

/** Without what an operation does not take; what may be empty may be left out. */
type Given<T> = { [K in keyof T as T[K] extends undefined ? never : MayBeEmpty<T[K], never, K>]: T[K] } & {
  [K in keyof T as T[K] extends undefined ? never : MayBeEmpty<T[K], K, never>]?: T[K];
};
type MayBeEmpty<T, Yes, No> = Record<never, never> extends T ? Yes : No;

/** Keeps the exact type of a table of routes. */
export const routes = <const T extends Record<string, Route>>(table: T): T => table;
