import type { Services } from "../../dev/world.js";

/** The stable name of a call; null for what a person's browser asks. */
export function keyOf(kind: Services, request: Request, text: string): string | null {
  const { pathname } = new URL(request.url);
  const path = `${request.method} ${pathname.replace(/^\/\w+/, "").replace(/^\/ex\/confluence\/[^/]+/, "")}`;
  switch (kind) {
    case "neon":
      return statementKey(text);
    case "linear":
      if (path === "POST /graphql") return documentKey(text);
      return path.startsWith("POST") ? path : null;
    case "confluence":
      return path === "GET /authorize" ? null : path.replace(/\/\d+/g, "/{id}");
    case "qstash":
      return `publish ${/"step":"([\w-]+)"/.exec(text)?.[1] ?? path}`;
  }
}

const syncSteps = ["detect-changes", "apply-to-linear", "apply-to-page"];

/** A commit by where it leads, any other statement by its parts and the table that it is about. */
function statementKey(text: string): string {
  const { query = "", params = [] } = JSON.parse(text) as { query?: string; params?: (string | null)[] };
  const logged = /"type":"session\.moved","body":\{"event":"(\w+)".*?"step":"([\w-]+)"/;
  const [, event, step] = params.map((param) => logged.exec(param ?? "")).find((match) => match !== null) ?? [];
  if (event) return `commit ${event} ${step}`;
  if (query.includes("group by o.session_id")) return "sweep unsent";
  if (query.includes("o.sent_at < now()")) return "sweep stuck";
  if (query.includes("p.last_polled_at nulls first") || query.includes("p.due_at = p.last_polled_at"))
    return "sweep runs";
  if (query.includes("sync_work = case when"))
    return `commit sync ${params.find((param) => param !== null && syncSteps.includes(param)) ?? "end"}`;
  if (query.includes("sync_work = ")) return "begin sync";
  const parts = [...query.matchAll(/(?:with|,)\s+(\w+)\s+as \(/g)].map(([, name]) => name);
  const [, verb = "", table = ""] =
    /\b(select|insert|update|delete)\b(?:.*?\b(?:from|into|update))?\s+(\w+)/.exec(topLevel(query)) ?? [];
  return parts.length > 0 ? `${verb} with ${parts.join("+")}` : `${verb} ${table}`;
}

/** The statement without what stands in parentheses, and on one line. */
function topLevel(query: string): string {
  let text = query;
  for (let before = ""; before !== text; ) {
    before = text;
    text = text.replace(/\([^()]*\)/g, "");
  }
  return text.replace(/\s+/g, " ");
}

/** The operation's name; for one with many writes what it writes, for an activity its type. */
function documentKey(text: string): string {
  const { query = "", variables } = JSON.parse(text) as { query?: string; variables?: unknown };
  const name = /\b(?:query|mutation) (\w+)/.exec(query)?.[1] ?? "document";
  const writes = [...new Set([...query.matchAll(/w\d+: (\w+)/g)].map(([, field]) => field))];
  const type = /"type":"(thought|elicitation|response|error|action)"/.exec(JSON.stringify(variables ?? null))?.[1];
  return [name, ...writes, ...(name === "CreateActivity" && type ? [type] : [])].join(" ");
}
