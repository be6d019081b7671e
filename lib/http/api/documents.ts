import { openApi } from "../../contract/openapi.js";
import type { Route } from "../../contract/route.js";
import { docsPage } from "./docs-page.js";
import type { Reply } from "./once.js";

/** What describes the operations of a table, by path: for machines and for people. Open to everybody, because it says nothing of anybody. */
export function documents(table: Record<string, Route>): Record<string, (requestsPerMinute: number) => Reply> {
  const written = new Map<string, Reply>();
  const keep = (name: string, write: () => Reply): Reply => {
    const reply = written.get(name) ?? write();
    written.set(name, reply);
    return reply;
  };
  return {
    "/api/v1/openapi.json": () =>
      keep("openapi", () => ({
        status: 200,
        headers: { "content-type": "application/json", "cache-control": shared },
        body: JSON.stringify(openApi(table)),
      })),
    "/api/v1/docs": (requestsPerMinute) =>
      keep("docs", () => {
        const { body, headers } = docsPage(openApi(table), requestsPerMinute);
        return { status: 200, headers: { ...headers, "cache-control": shared }, body };
      }),
  };
}

const shared = "public, max-age=300";
