/** Confluence on a laptop: Cloud behind OAuth and API tokens, Data Center behind personal access tokens, one set of pages. */
import { Hono } from "hono";
import { readTinyCode } from "../../lib/domain/page-address.js";
import type { Fault } from "../faults.js";
import { withFaults } from "../faults.js";
import type { Simulator, SimulatorOptions } from "../simulator.js";
import { commentsV2 } from "./comments-v2.js";
import { contentV1, restrictionsV1 } from "./content-v1.js";
import type { ConfluenceControl, LoggedRequest } from "./control.js";
import { control } from "./control.js";
import { authorizationServer, findGrant } from "./oauth.js";
import type { ApiEnv } from "./pages-v2.js";
import { pagesV2 } from "./pages-v2.js";
import { propertiesV2 } from "./properties-v2.js";
import type { Settings, State, World } from "./state.js";
import { current, freshState, webPath } from "./state.js";
import { escapeXml } from "./storage.js";
import { webhooks } from "./webhooks.js";

export type ConfluenceSimulator = Simulator & { control: ConfluenceControl };
export type ConfluenceSimulatorOptions = SimulatorOptions & { settings?: Partial<Settings>; cloudId?: string };

const hourMs = 3_600_000;
const keptRequests = 10_000;

export function confluenceSimulator(options: ConfluenceSimulatorOptions): ConfluenceSimulator {
  const prefix = new URL(options.baseUrl).pathname.replace(/\/$/, "");
  const world: World = {
    baseUrl: options.baseUrl.replace(/\/$/, ""),
    state: startState(options),
    now: options.now ?? Date.now,
    changed: (change) => hooks.announce(change),
    save: () => options.state?.save(world.state),
  };
  const hooks = webhooks(world, options);
  const requests: LoggedRequest[] = [];
  const points = { hour: 0, used: 0 };

  const cloud = new Hono<ApiEnv>()
    .route("/wiki/api/v2", pagesV2(world))
    .route("/wiki/api/v2", propertiesV2(world))
    .route("/wiki/api/v2", commentsV2(world))
    .route("/wiki/rest/api", restrictionsV1(world));
  const dataCenter = new Hono<ApiEnv>().route("/rest/api", contentV1(world)).route("/rest/api", restrictionsV1(world));
  const open = new Hono()
    .route("/", authorizationServer(world))
    .route("/", webPages(world))
    .get("/_edge/tenant_info", (c) => c.json({ cloudId: world.state.cloudId }))
    .get("/.well-known/jwks.json", (c) => c.json(hooks.jwks()));

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const path = url.pathname.startsWith(`${prefix}/`) ? url.pathname.slice(prefix.length) : url.pathname;
    const [, cloudId, behindGateway] = /^\/ex\/confluence\/([^/]+)(\/.*)$/.exec(path) ?? [];
    const operation = `${request.method} ${behindGateway ?? path}`;
    const entry: LoggedRequest = {
      at: new Date(world.now()).toISOString(),
      operation,
      method: request.method,
      path,
      status: 0,
    };
    requests.push(entry);
    if (requests.length > keptRequests) requests.shift();
    const body = request.method === "GET" || request.method === "HEAD" ? null : await request.arrayBuffer();
    const inside = new URL(`${behindGateway ?? path}${url.search}`, url.origin);
    const rewritten = new Request(inside, { method: request.method, headers: request.headers, body });
    const drawn = options.faults?.draw(operation) ?? [];
    const dispatch = async () => (cloudId === undefined ? onSite(rewritten) : onGateway(rewritten, cloudId));
    const response = await withFaults(drawn, dispatch, () => rateLimited(drawn));
    entry.status = response.status;
    return response;
  }

  /** `https://api.atlassian.com/ex/confluence/{cloudId}`: OAuth tokens, scopes, the points of the hour. */
  function onGateway(request: Request, cloudId: string): Response | Promise<Response> {
    if (cloudId !== world.state.cloudId) return Response.json({ code: 404, message: "No such site" }, { status: 404 });
    const grant = findGrant(world, request.headers.get("authorization") ?? "");
    const user = world.state.users.find((each) => each.accountId === grant?.accountId);
    if (grant === undefined || user === undefined) return unauthorized("Unauthorized");
    const needed = neededScope(request.method, new URL(request.url).pathname);
    if (!grant.scope.split(" ").includes(needed)) return unauthorized("Unauthorized; scope does not match");
    return spendPoint() ? cloud.fetch(request, { user }) : rateLimited([]);
  }

  function onSite(request: Request): Response | Promise<Response> {
    const { pathname } = new URL(request.url);
    const authorization = request.headers.get("authorization") ?? "";
    if (/^\/wiki\/(?:api\/v2|rest\/api)\//.test(pathname)) {
      const user = world.state.users.find((each) => authorization === basic(`${each.email}:${each.apiToken}`));
      return user === undefined ? unauthorized("Unauthorized") : cloud.fetch(request, { user });
    }
    if (pathname.startsWith("/rest/api/")) {
      const user = world.state.users.find((each) => authorization === `Bearer ${each.personalAccessToken}`);
      return user === undefined ? unauthorized("Client must be authenticated") : dataCenter.fetch(request, { user });
    }
    return open.fetch(request);
  }

  function spendPoint(): boolean {
    const hour = Math.floor(world.now() / hourMs);
    if (hour !== points.hour) Object.assign(points, { hour, used: 0 });
    points.used += 1;
    return points.used <= world.state.settings.pointsPerHour;
  }

  function rateLimited(drawn: Fault[]): Response {
    const untilNextHourMs = hourMs - (world.now() % hourMs);
    const fault = drawn.find((each) => each.kind === "rate_limited");
    const waitMs = fault === undefined ? untilNextHourMs : (fault.ms ?? 1000);
    const headers = {
      "retry-after": String(Math.ceil(waitMs / 1000)),
      "x-ratelimit-limit": String(world.state.settings.pointsPerHour),
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": new Date(world.now() + waitMs).toISOString(),
      "x-ratelimit-nearlimit": "true",
      "ratelimit-reason": fault === undefined ? "confluence-quota-global-based" : "confluence-burst-based",
    };
    return Response.json({ code: 429, message: "Rate limit exceeded" }, { status: 429, headers });
  }

  return {
    name: "confluence",
    fetch: answer,
    control: control(world, hooks, () => [...requests]),
    async close() {
      hooks.close();
      await hooks.idle();
      options.state?.flush();
    },
  };
}

function startState(options: ConfluenceSimulatorOptions): State {
  const fresh = freshState(options);
  const kept = options.state?.load<State>();
  const settings = { ...fresh.settings, ...kept?.settings, ...options.settings };
  return { ...fresh, ...(options.cloudId && { cloudId: options.cloudId }), ...kept, settings };
}

/** v2 asks for granular scopes, v1 for classic ones. */
function neededScope(method: string, path: string): string {
  const access = method === "GET" ? "read" : "write";
  if (path.startsWith("/wiki/rest/api"))
    return method === "GET" ? "read:confluence-content.all" : "write:confluence-content";
  if (path.includes("-comments")) return `${access}:comment:confluence`;
  if (path.startsWith("/wiki/api/v2/spaces")) return "read:space:confluence";
  if (path.startsWith("/wiki/api/v2/users-bulk")) return "read:user:confluence";
  return `${access}:page:confluence`;
}

/** What a browser shows at a page's own address. */
function webPages(world: World): Hono {
  const app = new Hono();
  const show = (id = "") => {
    const page = world.state.pages[id];
    if (page === undefined || page.status === "trashed") return new Response("Page not found", { status: 404 });
    const title = escapeXml(current(page).title);
    const html = `<!doctype html><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${current(page).body}`;
    // The body is whatever was written into it: shown, never run.
    return new Response(html, { headers: { "content-type": "text/html", "content-security-policy": "sandbox" } });
  };
  for (const path of ["/wiki/spaces/:key/pages/:id/:title?", "/spaces/:key/pages/:id/:title?"])
    app.get(path, (c) => show(c.req.param("id")));
  app.get("/wiki/x/:code", (c) => {
    const page = world.state.pages[readTinyCode(c.req.param("code")) ?? ""];
    return page === undefined
      ? c.text("Page not found", 404)
      : c.redirect(`${world.baseUrl}/wiki${webPath(world, page)}`);
  });
  return app;
}

const unauthorized = (message: string) => Response.json({ code: 401, message }, { status: 401 });
const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString("base64")}`;
