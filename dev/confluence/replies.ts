/** Answers in the words of Confluence's two REST APIs. */
import { z } from "zod";

export function refuseV2(status: number, code: string, title: string): Response {
  return Response.json({ errors: [{ status, code, title, detail: null }] }, { status });
}

export const notFoundV2 = (what: string) => refuseV2(404, "NOT_FOUND", `${what} not found`);

export function refuseV1(statusCode: number, message: string): Response {
  return Response.json(
    { statusCode, data: { authorized: true, valid: statusCode < 400, errors: [] }, message },
    { status: statusCode },
  );
}

export const notFoundV1 = (id: string) => refuseV1(404, `No content found with id: ContentId{id=${id}}`);

/** A JSON body of the given shape, or the refusal that names what is wrong with it. */
export async function readBody<T>(
  request: Request,
  schema: z.ZodType<T>,
  refuse: (message: string) => Response,
): Promise<T | Response> {
  const text = await request.text();
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : refuse(z.prettifyError(parsed.error));
  } catch {
    return refuse("The request body is no JSON");
  }
}

/** One page of a list: `limit` and an opaque cursor, with the link to the next. */
export function paged<T>(url: URL, all: T[]): { results: T[]; _links: { next?: string } } {
  const limit = Math.min(Math.max(Number(url.searchParams.get("limit") ?? 25) || 25, 1), 250);
  const cursor = Buffer.from(url.searchParams.get("cursor") ?? "", "base64url").toString();
  const start = Number(/^after:(\d+)$/.exec(cursor)?.[1] ?? 0);
  const results = all.slice(start, start + limit);
  if (start + limit >= all.length) return { results, _links: {} };
  const next = new URL(url);
  next.searchParams.set("cursor", Buffer.from(`after:${start + limit}`).toString("base64url"));
  return { results, _links: { next: next.pathname + next.search } };
}
