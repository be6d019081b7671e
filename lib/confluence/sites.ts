import * as z from "zod/mini";
import { FatalError } from "../domain/errors.js";
import type { ConfluenceConnection } from "../ports-identity.js";
import type { ApiOptions, Get } from "./request.js";
import { apiReader, bearerAuthorization } from "./request.js";

/** A Confluence site that a grant reaches. */
export type Site = { cloudId: string; url: string; name: string; scopes: string[] };

/** A space as a person chooses it when connecting. */
export type Space = { key: string; name: string; id: string };

const Sites = z.array(z.object({ id: z.string(), name: z.string(), url: z.url(), scopes: z.array(z.string()) }));
const Spaces = z.object({
  results: z.array(z.object({ id: z.coerce.string(), key: z.string(), name: z.string() })),
  _links: z.optional(z.object({ next: z.optional(z.string()) })),
});

const pageSize = 250;
const maxPages = 40;

/** The sites that an access token opens; one consent may name several. `apiUrl` is `https://api.atlassian.com`. */
export async function accessibleSites(
  apiUrl: string,
  accessToken: string,
  options: Pick<ApiOptions, "fetch" | "timeoutMs"> = {},
): Promise<Site[]> {
  const authorization = () => Promise.resolve(bearerAuthorization(accessToken));
  const get = apiReader({ ...options, apiBase: apiUrl, authorization });
  const sites = shown(await get("/oauth/token/accessible-resources", Sites));
  return sites.map(({ id, url, name, scopes }) => ({ cloudId: id, url, name, scopes }));
}

/** Every space that the connection can see, for the choice of those that the agent may use. */
export function listSpaces(options: ApiOptions & { kind: ConfluenceConnection["kind"] }): Promise<Space[]> {
  const get = apiReader(options);
  return options.kind === "data_center" ? dataCenterSpaces(get) : cloudSpaces(get);
}

async function cloudSpaces(get: Get): Promise<Space[]> {
  const spaces: Space[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < maxPages; page += 1) {
    const query: URLSearchParams = new URLSearchParams({ limit: String(pageSize), ...(cursor !== null && { cursor }) });
    const answer = shown(await get(`/wiki/api/v2/spaces?${query}`, Spaces));
    spaces.push(...answer.results);
    // Only the cursor is taken: the link is relative to another base than ours.
    cursor = new URLSearchParams(answer._links?.next?.split("?")[1]).get("cursor");
    if (cursor === null) break;
  }
  return spaces;
}

async function dataCenterSpaces(get: Get): Promise<Space[]> {
  const spaces: Space[] = [];
  for (let page = 0; page < maxPages; page += 1) {
    const answer = shown(await get(`/rest/api/space?limit=${pageSize}&start=${spaces.length}`, Spaces));
    spaces.push(...answer.results);
    if (answer._links?.next === undefined || answer.results.length === 0) break;
  }
  return spaces;
}

function shown<T>(answer: T | null): T {
  if (answer !== null) return answer;
  const words = "Confluence does not show its sites and spaces to this connection. Please connect it again.";
  throw new FatalError("confluence_no_access", words);
}
